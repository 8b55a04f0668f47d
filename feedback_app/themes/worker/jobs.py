"""What the worker does in this room. The numerical libraries are loaded when a job first has something to do."""

from __future__ import annotations

from sqlalchemy import exists, func, select

from feedback_app import clock
from feedback_app.extensions import db
from feedback_app.themes.guided import queries as guided_queries
from feedback_app.themes.models import Codebook, GroupingRequest
from feedback_app.themes.suggestions import subtopic_queries
from feedback_app.themes.suggestions.queries import with_news


def run_grouping_requests() -> str:
    """Do the groupings that were asked for in the browser; says how many, or ""."""
    active = select(1).where(GroupingRequest.state.in_(("waiting", "running")))
    if not db.session.scalar(select(exists(active))):
        db.session.rollback()
        return ""
    from feedback_app.themes.worker import requests as grouping_requests  # noqa: PLC0415 - loads the numerical libraries

    done = grouping_requests.run_requests()
    return f"{done} groupings" if done else ""


def assign_new_answers() -> str:
    """Cut answers that arrived and put them into themes; says how many, or "". Every fifth minute it looks at all."""
    from feedback_app.themes.worker import requests as grouping_requests  # noqa: PLC0415 - loads the numerical libraries

    now = clock.now()
    everything = now.minute % 5 == 0 and now.second < 10
    mentions, placed = grouping_requests.assign_new_answers(everything=everything)
    return f"{mentions} mentions, {placed} placed" if mentions or placed else ""


def learn_from_corrections() -> str:
    """Let the machines learn what people corrected; says how many did, or ""."""
    corrected = db.session.scalar(select(func.max(Codebook.corrected_at)))
    db.session.rollback()
    if corrected is None:
        return ""
    from feedback_app.themes.worker import requests as grouping_requests  # noqa: PLC0415 - loads the numerical libraries

    learnt = grouping_requests.learn_from_corrections()
    return f"{learnt} codebooks learnt" if learnt else ""


def teach_guided() -> str:
    """Let the machines learn that were asked to in a guided set-up; says how many, or ""."""
    due = guided_queries.due()
    db.session.rollback()
    if not due:
        return ""
    from feedback_app.themes.guided import teaching  # noqa: PLC0415 - loads the numerical libraries

    return teaching.teach_wanted()


def look_inside_themes() -> str:
    """Look for the parts of a theme that is new or has grown, one at a time; says how many were found, or ""."""
    due = subtopic_queries.due()
    db.session.rollback()
    if due is None:
        return ""
    from feedback_app.themes.suggestions import subtopics as find_subtopics  # noqa: PLC0415 - loads the numerical libraries

    return f"{find_subtopics.look_inside(due)} parts of theme {due}"


def look_for_news() -> str:
    """Suggest new themes, merges and splits where enough is new; says how many, or ""."""
    if not with_news():
        return ""
    from feedback_app.themes.suggestions import watch_new_topics  # noqa: PLC0415 - loads the numerical libraries

    number = watch_new_topics.look_for_news()
    return f"{number} new suggestions" if number else ""
