"""Pages of this room: answering (open to whoever holds a personal link) and what came back (for staff)."""

from __future__ import annotations

from feedback_app.responses.answering import views as answer_views
from feedback_app.responses.blueprint import blueprint
from feedback_app.responses.importing import views as import_views
from feedback_app.responses.reading import views as staff_views

__all__ = ["answer_views", "blueprint", "import_views", "staff_views"]
