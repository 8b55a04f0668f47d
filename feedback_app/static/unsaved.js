// Asks before work is left behind that nobody saved: forms marked data-unsaved. Every page works without this.
"use strict";

let unsaved = false;
for (const form of document.querySelectorAll("form[data-unsaved]")) {
  for (const what of ["input", "change"]) form.addEventListener(what, () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
}
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
