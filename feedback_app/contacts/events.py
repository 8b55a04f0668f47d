"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

ADDED = EventType("contact.added", "contact", N_("added"))
EDITED = EventType("contact.edited", "contact", N_("edited"))
ERASED = EventType("contact.erased", "contact", N_("erased"))
SUPPRESSED = EventType("contact.suppressed", "contact", N_("suppressed"))
SUPPRESSION_LIFTED = EventType("contact.suppression_lifted", "contact", N_("lifted suppression"))
LETTERS_CHOSEN = EventType("contact.letters_chosen", "contact", N_("chose letters"))
IMPORTED = EventType("contacts.imported", "contact_import", N_("imported"))

ROOM = EventRoom(
    "contacts",
    N_("Contacts"),
    (ADDED, EDITED, ERASED, SUPPRESSED, SUPPRESSION_LIFTED, LETTERS_CHOSEN, IMPORTED),
    (
        Subject("contact", N_("contact"), "contact", "contacts.show", "contact_id"),
        Subject(
            "contact_import",
            N_("import of contacts"),
            "import_run",
            "contacts.show_import",
            "import_id",
            title="file_name",
        ),
    ),
)
