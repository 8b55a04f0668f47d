"""The blueprint that the pages of this room share."""

from __future__ import annotations

from flask import Blueprint

from feedback_app.surveys.kinds.registry import kind_of

blueprint = Blueprint("surveys", __name__)
blueprint.add_app_template_global(kind_of)  # pages let each kind of question show itself, and ask for none
