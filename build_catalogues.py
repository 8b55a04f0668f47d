"""Build hook: compile the catalogues of translations, so that a wheel speaks every language without a step more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface[Any]):
    """Writes each messages.mo beside its messages.po before the files of a wheel are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue of the checkout or of the unpacked sdist."""
        for source in sorted(Path(self.root, "feedback_app", "translations").glob("*/LC_MESSAGES/*.po")):
            with source.open("rb") as texts, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(texts, locale=source.parent.parent.name))
