// Keeps the numbers of the queue fresh. Without scripts the page reloads itself every 15 seconds while letters wait.
const board = document.querySelector("[data-board]");
const EVERY = 3000; // milliseconds between two looks

async function look() {
  if (!document.hidden) {
    try {
      const reply = await fetch(board.dataset.board);
      if (reply.ok && !reply.redirected) {
        const text = await reply.text();
        if (text !== board.innerHTML && !board.contains(document.activeElement)) board.innerHTML = text;
      }
    } catch {
      // The line is down for a moment: the numbers stay, the next look may succeed.
    }
  }
  setTimeout(look, EVERY);
}

if (board) setTimeout(look, EVERY);
