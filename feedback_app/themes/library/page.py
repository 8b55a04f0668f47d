"""The library as one page for people: `python -m feedback_app.themes.library.page > docs/library.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from feedback_app.common.strict_json import LANGUAGES
from feedback_app.themes.library.reader import GENERAL, Sector, asides, sectors, tone_sentences

_INTRODUCTION = """\
# The library of subjects

What people write about in customer feedback, whatever their mood: {subjects} subjects in {sectors} sectors, with
{examples:,} sentences in English and Polish, each with its tone. Every sentence was written for this project. Subjects
of any company are always on; the other sectors are switched on where they fit.

Grouping hears the library as one weak voice beside the answers themselves, and takes names from it. A subject is an
aspect, not an opinion: praise and complaint about it are together. Its labels, not shown here, are short names for a
theme that is mostly one opinion about it ("{label}").

Beside the subjects there are, for each language, {asides} and more asides (greetings, who one is, small talk),
{empty} and more answers without content, {mentions} short pieces that look like them and do carry a subject, and
{tones} and more sentences that teach tone alone: irony, praise by negation, wishes as orders.

To add or change a subject, edit `feedback_app/themes/library/SECTOR.json`: 40 to 46 sentences a language, in a
respondent's words, that name their subject without their neighbours. Then `make library` writes this page anew,
`python benchmarks/themes_library.py SECTOR` lists sentences that seem to belong elsewhere, and the tests say what else
is wrong. A code never changes once it has been released.
"""


def lines() -> Iterator[str]:
    """The page as lines of Markdown, without line ends."""
    every = sectors()
    subjects = [subject for sector in every for subject in sector.subjects]
    without = [asides(language) for language in LANGUAGES]
    yield from _INTRODUCTION.format(
        subjects=len(subjects),
        sectors=len(every),
        examples=sum(len(examples) for subject in subjects for examples in subject.examples.values()),
        label=subjects[0].labels[0].name["en"],
        asides=min(len(one.asides) for one in without),
        empty=min(len(one.no_content) for one in without),
        mentions=min(len(one.mentions) for one in without),
        tones=min(len(tone_sentences(language)) for language in LANGUAGES),
    ).splitlines()
    for sector in every:
        yield from _table(sector)


def _table(sector: Sector) -> Iterator[str]:
    always = ", always on" if sector.slug == GENERAL else ""
    yield ""
    yield f"## {sector.title['en']} / {sector.title['pl']}"
    yield f"`{sector.slug}`{always}. {sector.description['en']}"
    yield ""
    yield "| code | English | Polish |"
    yield "| --- | --- | --- |"
    for subject in sector.subjects:
        yield f"| `{subject.code}` | {subject.name['en']} | {subject.name['pl']} |"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
