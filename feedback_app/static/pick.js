// Narrows a long list of checkboxes while one types. Without scripts the whole list is simply there.
for (const box of document.querySelectorAll("[data-picks]")) {
  const items = [...document.getElementById(box.dataset.picks).querySelectorAll("[data-pick]")];
  const fold = (text) => text.toLocaleLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/ł/g, "l");
  box.closest("[hidden]").hidden = false;
  box.addEventListener("input", () => {
    const wanted = fold(box.value.trim());
    for (const item of items) {
      item.hidden = !fold(item.dataset.pick).includes(wanted) && !item.querySelector("input").checked;
    }
  });
}
