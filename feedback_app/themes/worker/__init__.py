"""The worker: what it does in this room by itself, and what was asked for in the browser."""
