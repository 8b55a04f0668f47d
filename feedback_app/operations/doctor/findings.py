"""What a check of the doctor says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether it is well (None: worth knowing), and what to know or do."""

    name: str
    well: bool | None
    words: str

    @property
    def state(self) -> str:
        """``ok``, ``warn`` or ``fail``."""
        return {True: "ok", False: "fail", None: "warn"}[self.well]


def judged(name: str, trouble: str, otherwise: str) -> Finding:
    """Return ``trouble`` as a failure, or ``otherwise`` when there is none."""
    return Finding(name, not trouble, trouble or otherwise)
