// Guided set-up by keys: whatever bears data-key is pressed by that key. Pages that wait look again by themselves.
"use strict";

const typing = (element) => element.closest("textarea, input:not([type=checkbox]), select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "Escape") {
    const open = document.querySelector("details[open]:has(:focus)");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
    return;
  }
  if (typing(event.target)) {
    const box = event.target.closest(".guided-more");
    if (event.key === "Enter" && box) { event.preventDefault(); box.querySelector("button").click(); }
    return;
  }
  const key = event.key.toLowerCase();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`)
    ?? (key === "u" ? document.querySelector(".last-step form button") : null);
  if (!target) return;
  event.preventDefault();
  target.click();
  if (target.matches("summary")) {
    const field = target.parentElement.querySelector("input, select");
    field?.focus();
    field?.select?.();
  }
});

const waiting = document.querySelector("[data-again]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.again));
