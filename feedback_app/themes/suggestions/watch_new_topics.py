"""Looking for news unasked: new themes, merges and splits become suggestions. Loads the numerical libraries."""

from __future__ import annotations

from sqlalchemy import update

from feedback_app.database import transaction, updated_one
from feedback_app.themes.models import Codebook
from feedback_app.themes.suggestions.find import suggest
from feedback_app.themes.suggestions.queries import with_news


def look_for_news() -> int:
    """Make suggestions for codebooks about which enough is new; how many suggestions are new.

    Two workers never look at the same codebook for the same mentions.
    """
    return sum(suggest(codebook_id) for codebook_id, newest in with_news() if _claim(codebook_id, newest))


def _claim(codebook_id: int, newest: int) -> bool:
    with transaction():
        first = update(Codebook).where(Codebook.id == codebook_id, Codebook.looked_upto < newest)
        return updated_one(first.values(looked_upto=newest))
