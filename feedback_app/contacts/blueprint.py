"""The room's one blueprint, which its three files of pages share."""

from flask import Blueprint

blueprint = Blueprint("contacts", __name__)
