// Judges voices by keys: y, n, p for the card in front, arrows to go to another one, u to take the last one back.
const list = document.querySelector("[data-voices]");
const cards = list ? [...list.querySelectorAll(".voice-card")] : [];
let at = 0;

function show(next) {
  if (!cards.length) return;
  cards[at].removeAttribute("data-current");
  at = Math.max(0, Math.min(cards.length - 1, next));
  cards[at].setAttribute("data-current", "");
  cards[at].focus({ preventScroll: true });
  cards[at].scrollIntoView({ block: "nearest" });
}

function typing(element) {
  return element.closest("textarea, input:not([type=checkbox]), select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    show(at + (event.key === "ArrowDown" ? 1 : -1));
  } else if (event.key === "u") {
    document.querySelector('form[action$="/voices/undo"]')?.requestSubmit();
  } else {
    const button = cards[at]?.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    button.click();
    if (button.matches("summary")) button.parentElement.querySelector("textarea")?.focus();
  }
  event.preventDefault();
});
