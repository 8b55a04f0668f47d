"""What a letter says around the words of staff and respondents, in every language letters are written in. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """The fixed words of one language."""

    lead: str  # before a person's own words
    reply: str
    because: dict[str, str]  # why they get the letter, by Notice.why
    sample: str  # stands for somebody's own words in a test letter
    test: str  # begins the subject of a test letter


PHRASES = {
    "en": Phrases(
        lead="You told us:",
        reply="You can simply reply to this letter. A person reads it.",
        because={
            "mentioned": "You are receiving this letter because you answered our survey and spoke about this.",
            "took_part": "You are receiving this letter because you answered our survey.",
            "invited": "You are receiving this letter because we asked for your opinion.",
        },
        sample="Here each person finds their own words, exactly as they wrote them.",
        test="Test: ",
    ),
    "pl": Phrases(
        lead="Oto Państwa słowa:",
        reply="Na ten list można po prostu odpowiedzieć. Przeczyta go człowiek.",
        because={
            "mentioned": "Piszemy do Państwa, ponieważ w odpowiedzi na naszą ankietę znalazły się słowa na ten temat.",
            "took_part": "Piszemy do Państwa, ponieważ otrzymaliśmy odpowiedź na naszą ankietę.",
            "invited": "Piszemy do Państwa, ponieważ prosiliśmy o opinię.",
        },
        sample="W tym miejscu każda osoba znajdzie własne słowa, dokładnie tak, jak je napisała.",
        test="Próba: ",
    ),
}


def phrases(language: str) -> Phrases:
    """Return the fixed words of ``language``, the English ones where nobody has written them yet."""
    return PHRASES.get(language, PHRASES["en"])
