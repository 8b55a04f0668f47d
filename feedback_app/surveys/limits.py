"""How long texts and lists of a survey may be: generous for people, small enough for pages and machines. Pure."""

from __future__ import annotations

TITLE = 200
PASSAGE = 5_000  # introduction, thanks
QUESTION = 500
HELP = 1_000
LABEL = 300
SUBJECT = 200
BODY = 10_000
SECTIONS = 50
QUESTIONS = 200  # longer surveys are not finished by anybody
OPTIONS = 100
FILE = 2_000_000  # bytes of a questionnaire file; the largest sensible survey has a tenth of it
