// Keeps the numbers of a sending fresh. Without scripts the page reloads itself every 15 seconds instead.
const board = document.querySelector("[data-progress]");
const EVERY = 2000; // milliseconds between two looks
const language = document.documentElement.lang;

async function look() {
  try {
    const reply = await fetch(board.dataset.progress, { headers: { Accept: "application/json" } });
    if (reply.ok) {
      const found = await reply.json();
      if (found.state !== board.dataset.state || String(found.written) !== board.dataset.written) {
        location.reload();
        return;
      }
      for (const place of board.querySelectorAll("[data-count]")) {
        const text = found[place.dataset.count].toLocaleString(language);
        if (place.textContent !== text) place.textContent = text;
      }
      board.querySelector(".part").setAttribute("width", found.people ? (100 * found.told) / found.people : 0);
    }
  } catch {
    // The line is down for a moment: the numbers stay, the next look may succeed.
  }
  setTimeout(look, EVERY);
}

if (board) setTimeout(look, EVERY);
