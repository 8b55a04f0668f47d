"""Every address of a room in one table: what the room's ``urls.py`` is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint

Route = tuple[str, str, Callable[..., Any]]
"""Methods such as ``GET POST``, the address, and the view; pages link to it by the view's name."""


def room(name: str, routes: Iterable[Route], url_prefix: str = "") -> Blueprint:
    """Return the blueprint ``name`` with these routes."""
    blueprint = Blueprint(name, __name__, url_prefix=url_prefix or None)
    for methods, address, view in routes:
        blueprint.add_url_rule(address, view.__name__, view, methods=methods.split())
    return blueprint
