"""Pages of this room: answering (open to whoever holds a personal link) and what came back (for staff)."""

from __future__ import annotations

from feedback_app.responses import answer_views, import_views, staff_views
from feedback_app.responses.blueprint import blueprint

__all__ = ["answer_views", "blueprint", "import_views", "staff_views"]
