// Progress of a grouping, ticking a whole page, and the grid by keyboard. Every page works without this.
"use strict";

for (const box of document.querySelectorAll("[data-progress]")) {
  const bar = box.querySelector("progress"), words = box.querySelector("[data-words]");
  const look = async () => {
    try {
      const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      const now = await answer.json();
      bar.value = now.share;
      words.textContent = now.words;
      if (now.state !== "waiting" && now.state !== "running") return location.reload();
    } catch { /* the next look may succeed */ }
    setTimeout(look, 1000);
  };
  setTimeout(look, 700);
}

for (const all of document.querySelectorAll("[data-tick-all]")) {
  all.addEventListener("change", () => {
    for (const one of all.form.querySelectorAll('input[name="mention"]')) one.checked = all.checked;
  });
}

const grid = document.querySelector("[data-grid]");
if (grid) {
  const rows = [...grid.querySelectorAll("[data-row]")], count = grid.querySelector("[data-count]");
  const choice = (row) => row.querySelector("select");
  const themes = [...(rows[0]?.querySelectorAll("optgroup option") ?? [])].slice(0, 9).map((one) => one.value);
  const tones = { c: "complaint", w: "wish", p: "praise", q: "question", o: "neutral" };
  let at = 0;
  const go = (to) => { at = Math.max(0, Math.min(rows.length - 1, to)); rows[at].focus(); };
  const tell = () => { count.textContent = `${rows.filter((row) => choice(row).value).length} / ${rows.length}`; };
  const changed = () => grid.dispatchEvent(new Event("input"));
  const decide = (value) => { choice(rows[at]).value = value; changed(); tell(); if (value) go(at + 1); };
  grid.addEventListener("change", tell);
  grid.addEventListener("focusin", (event) => { const row = event.target.closest("[data-row]"); if (row) at = rows.indexOf(row); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, input, textarea")) return;
    const key = event.key.toLowerCase();
    if (key === "arrowdown" || key === "j") go(at + 1);
    else if (key === "arrowup" || key === "k") go(at - 1);
    else if (key === "y" && event.shiftKey) { for (const row of rows) choice(row).value ||= "right"; changed(); tell(); }
    else if (key === "y") decide("right");
    else if (key === "n") decide("out");
    else if (key === "a") decide("aside");
    else if (key === "u") decide("");
    else if (key === "s") grid.requestSubmit();
    else if (tones[key]) { // a tone that it has already is no option: the first one stands for it
      const tone = rows[at].querySelector("[data-tone]");
      tone.value = tones[key];
      if (tone.selectedIndex < 0) tone.selectedIndex = 0;
      changed();
    }
    else if (/^[1-9]$/.test(key) && themes[key - 1]) decide(themes[key - 1]);
    else return;
    event.preventDefault();
  });
  if (rows.length) go(0);
  tell();
}
