"""What this room tells of: stable codes, and how they are said. Pure data."""

from __future__ import annotations

from feedback_app.errors import N_
from feedback_app.events.catalogue import EventRoom, EventType, Subject

# the field that was changed -> what is told
CHANGED = {
    "name": EventType("organisation.name_changed", "organisation", N_("changed the name of")),
    "postal_address": EventType("organisation.address_changed", "organisation", N_("changed the postal address of")),
    "reply_to": EventType("organisation.reply_to_changed", "organisation", N_("changed the address for replies of")),
    "languages": EventType("organisation.languages_changed", "organisation", N_("changed the languages of")),
    "language": EventType("organisation.language_changed", "organisation", N_("changed the first language of")),
    "timezone": EventType("organisation.timezone_changed", "organisation", N_("changed the time zone of")),
    "colour": EventType("organisation.colour_changed", "organisation", N_("changed the colour of")),
    "logo_name": EventType("organisation.logo_changed", "organisation", N_("changed the logo of")),
    "controller": EventType(
        "organisation.controller_changed", "organisation", N_("changed who answers for the data of")
    ),
    "privacy_url": EventType("organisation.privacy_url_changed", "organisation", N_("changed the privacy page of")),
    "quote_bar": EventType(
        "organisation.quote_bar_changed", "organisation", N_("changed how sure quotations must be at")
    ),
}

ROOM = EventRoom(
    "organisation",
    N_("Organisation"),
    tuple(CHANGED.values()),
    (Subject("organisation", N_("organisation"), "organisation", "organisation.edit", title="name"),),
)
