"""The pages of this room, gathered under one name."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("announcements", __name__)
