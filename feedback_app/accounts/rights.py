"""What each role may do. The right to write an announcement is not the right to send it."""

from __future__ import annotations

from feedback_app.errors import N_

VIEW = "view"
EDIT_CONTACTS = "contacts.edit"
EXPORT_PEOPLE = "people.export"  # files with names and addresses
EDIT_SURVEYS = "surveys.edit"
SEND_SURVEYS = "surveys.send"
IMPORT_RESPONSES = "responses.import"
EDIT_THEMES = "themes.edit"
EDIT_CHANGES = "changes.edit"
WRITE_ANNOUNCEMENTS = "announcements.write"
SEND_ANNOUNCEMENTS = "announcements.send"
MANAGE_MAIL = "mail.manage"
MANAGE_STAFF = "staff.manage"
MANAGE_ORGANISATION = "organisation.manage"

RIGHTS = (
    VIEW,
    EDIT_CONTACTS,
    EXPORT_PEOPLE,
    EDIT_SURVEYS,
    SEND_SURVEYS,
    IMPORT_RESPONSES,
    EDIT_THEMES,
    EDIT_CHANGES,
    WRITE_ANNOUNCEMENTS,
    SEND_ANNOUNCEMENTS,
    MANAGE_MAIL,
    MANAGE_STAFF,
    MANAGE_ORGANISATION,
)

ROLES: dict[str, tuple[str, ...]] = {
    "admin": RIGHTS,
    "product_owner": (VIEW, EDIT_THEMES, EDIT_CHANGES, WRITE_ANNOUNCEMENTS),
    "announcer": (
        VIEW,
        EDIT_CONTACTS,
        EXPORT_PEOPLE,
        EDIT_SURVEYS,
        SEND_SURVEYS,
        IMPORT_RESPONSES,
        WRITE_ANNOUNCEMENTS,
        SEND_ANNOUNCEMENTS,
        MANAGE_MAIL,
    ),
    "viewer": (VIEW,),
}

ROLE_NAMES = {
    "admin": N_("Admin"),
    "product_owner": N_("Product owner"),
    "announcer": N_("Announcer"),
    "viewer": N_("Viewer"),
}
