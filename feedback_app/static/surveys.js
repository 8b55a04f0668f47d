// Keeps the count of people up to date while one chooses. Without it, the button "Count again" does the same.
"use strict";
(() => {
  const choose = document.getElementById("choose");
  const audience = document.getElementById("audience");
  const send = document.getElementById("send");
  if (!choose || !audience || !window.fetch) return;
  let waiting = 0;
  let asked = 0;

  const locked = (off) => {
    if (send) for (const button of send.querySelectorAll("button")) button.disabled = off;
  };

  // What is sent must be what was counted: the hidden fields follow the choice.
  const carryOver = (chosen) => {
    if (!send) return;
    for (const old of send.querySelectorAll("input[type=hidden]:not([name=csrf_token])")) old.remove();
    for (const [name, value] of chosen) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      send.append(field);
    }
  };

  const count = async () => {
    const mine = ++asked;
    const chosen = new URLSearchParams(new FormData(choose));
    audience.setAttribute("aria-busy", "true");
    try {
      const reply = await fetch(`${choose.dataset.count}?${chosen}`, { credentials: "same-origin" });
      if (mine !== asked) return;
      if (!reply.ok || reply.redirected) throw new Error(reply.statusText);
      audience.innerHTML = await reply.text();
      carryOver(chosen);
      history.replaceState(null, "", `?${chosen}`);
      const sure = document.getElementById("sure-count");
      const would = audience.querySelector(".big");
      if (sure && would) sure.textContent = `${would.textContent.trim().replace(/\s+/g, " ")}.`;
      locked(false);
    } catch {
      choose.requestSubmit(); // count the plain way
    } finally {
      if (mine === asked) audience.removeAttribute("aria-busy");
    }
  };

  choose.addEventListener("input", () => {
    locked(true);
    clearTimeout(waiting);
    waiting = setTimeout(count, 300);
  });
})();
