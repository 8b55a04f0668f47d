"""Walls that import-linter does not know by itself; `lint-imports` finds them by their names in pyproject.toml.

First the term, then the picture: a *layer* is a floor; a *quiet* module is a room without a window to the web.
"""

from __future__ import annotations

from typing import Any

import grimp
from importlinter import Contract, ContractCheck, fields, output

RANKS = ("models", "queries", "actions", "forms", "mail", "views", "commands")
WEB_SIDE = ("forms", "mail", "views", "commands", "blueprint", "urls")


def role(module: str) -> str | None:
    """Return which of RANKS or WEB_SIDE a module is by its last name: `views`, or `import_views`. None: no such."""
    last = module.rpartition(".")[2]
    known = (*RANKS, "blueprint", "urls")
    return next((name for name in known if last == name or last.endswith(f"_{name}")), None)


class QuietModules(Contract):  # type: ignore[misc]  # import-linter ships no types
    """Every module but the web side of a room (forms, mail, views, commands) imports nothing of the web.

    `exceptions` names those that must, each with a comment that says why; an exception that is not needed is an error.
    """

    type_name = "quiet"
    web = fields.SetField(subfield=fields.StringField())
    halls = fields.SetField(subfield=fields.StringField(), required=False)
    exceptions = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Keep the wall; `metadata` holds what breaks it."""
        loud = {module: self._of_the_web(graph, module) for module in graph.modules if self._must_be_quiet(module)}
        broken = {module: found for module, found in loud.items() if found}
        excused = self.exceptions or set()
        needless = sorted(excused - broken.keys())
        wrong = {module: found for module, found in sorted(broken.items()) if module not in excused}
        return ContractCheck(kept=not wrong and not needless, metadata={"wrong": wrong, "needless": needless})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which module sees the web, and which exception is not needed any more."""
        for module, found in check.metadata["wrong"].items():
            output.print_error(f"{module} imports {', '.join(found)}")
        for module in check.metadata["needless"]:
            output.print_error(f"{module} is an exception that is not needed: take it off the list")

    def _must_be_quiet(self, module: str) -> bool:
        first, _, rest = module.partition(".")
        return first == "feedback_app" and bool(rest) and rest.split(".")[0] != "web" and role(module) not in WEB_SIDE

    def _of_the_web(self, graph: grimp.ImportGraph, module: str) -> list[str]:
        imported = graph.find_modules_directly_imported_by(module)
        return sorted(name for name in imported if any(name == web or name.startswith(f"{web}.") for web in self.web))


class RanksInsideARoom(Contract):  # type: ignore[misc]
    """Inside a room, whatever folder it lies in: commands > views > mail > forms > actions > queries > models.

    A module without a rank may be used by all, and may use no more than actions.
    """

    type_name = "ranks"
    exceptions = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        """Keep the order; `metadata` holds the imports that run up it."""
        excused = self.exceptions or set()
        upward = sorted(f"{a} -> {b}" for a in graph.modules for b in _upward(graph, a))
        wrong = [one for one in upward if one.partition(" ")[0] not in excused]
        needless = sorted(excused - {one.partition(" ")[0] for one in upward})
        return ContractCheck(kept=not wrong and not needless, metadata={"wrong": wrong, "needless": needless})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Say which import runs up the order."""
        for line in check.metadata["wrong"]:
            output.print_error(line)
        for module in check.metadata["needless"]:
            output.print_error(f"{module} is an exception that is not needed: take it off the list")


def _upward(graph: grimp.ImportGraph, module: str) -> list[str]:
    """The modules of the same room that this one imports though they stand above it."""
    parts = module.split(".")
    if len(parts) < 3:  # feedback_app.<room>.<module>
        return []
    own = _rank(module, default=RANKS.index("actions"))
    room = ".".join(parts[:2]) + "."
    imported: set[Any] = graph.find_modules_directly_imported_by(module)
    return [name for name in imported if name.startswith(room) and _rank(name, default=0) > own]


def _rank(module: str, default: int) -> int:
    name = role(module)
    return RANKS.index(name) if name in RANKS else RANKS.index("views") if name else default
