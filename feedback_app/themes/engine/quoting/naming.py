"""Names of staff and third persons in a respondent's words: they are left out of letters. Pure.

What is found: a title with a name after it ("pan Marek", "Mrs Smith", "Dr Moss"), common first names, in Polish in
any case. What is not: rare first names and family names alone.
"""

from __future__ import annotations

import re

_UPPER = "A-ZĄĆĘŁŃÓŚŹŻ"
_NAME = rf"[{_UPPER}][\w’'-]*(?:\s+[{_UPPER}][\w’'-]+)?"
_TITLES = (
    r"(?:[Pp]an(?:i|a|u|em|ią|ie)?|[Dd]oktor(?:a|owi|em|ze|ka|ki|kę|ką)?|[Dd]r\.?|[Mm]gr\.?|[Pp]rof\.?|[Ii]nż\.?|"
    r"[Mm]rs?\.?|[Mm]s\.?|[Mm]iss|[Ss]ister|[Nn]urse|[Dd]octor|[Dd]river|[Mm]echanik(?:a|iem|owi)?|"
    r"[Kk]ierowc[aąęyo]|[Kk]urier(?:a|em|owi)?|[Kk]ierownik(?:a|iem|owi)?)"
)
_TITLED = re.compile(rf"\b{_TITLES}\s+(?P<name>{_NAME})")

_STEMS = (
    "Adam Aleksand Alicj Andrze Ani Ann Ani Antoni Artur Barbar Bartek Bartk Bartosz Beat Bogdan Bożen Cezar Dari "
    "Dariusz Dark Dawid Domini Dorot Edyt Elżbiet Ew Filip Franciszk Franciszek Gabriel Grażyn Grzegorz Grześ Halin "
    "Henryk Iren Iwon Izabel Jacek Jack Jadwig Jakub Janek Jank Janusz Jarosław Jark Jerz Joann Jol Jolant Justyn "
    "Kacp Kamil Karol Karolin Kasi Katarzyn Kazimierz Kind Klaudi Konrad Krystyn Krzysiek Krzyśk Krzysztof Kub Leszek "
    "Leszk Lucyn Łukasz Maciej Maciek Maćk Magd Magdalen Maj Małgorzat Małgosi Marcin Marek Mark Mari Mariol Mariusz "
    "Mart Mateusz Michał Mirosław Monik Natali Nikol Oli Oliwi Paulin Patryk Paweł Pawł Piotr Piotrek Piotrk Przemek "
    "Rafał Renat Robert Roman Ryszard Sandr Sebastian Stanisław Staszek Sylwi Szymon Teres Tomasz Tomek Tomk "
    "Urszul Wand Weronik Wiesław Wiktor Wiktori Wojciech Wojtek Wojtk Zbigniew Zbyszek Zenon Zofi Zosi Zuzann"
)
_ENDINGS = r"(?:a|y|i|ę|ą|o|e|u|owi|em|iem|ie|ii|ią|ię|ze|owie|om|ku|u)?"
_ENGLISH = (
    "Alan Alex Alice Amanda Amy Andrew Andy Angela Anna Anthony Barbara Ben Brian Carol Caroline Catherine "
    "Charlie Chloe Chris Christine Claire Colin Daniel Dave David Debbie Deborah Diane Donna Edward Elaine "
    "Elizabeth Emily Emma Fiona Gareth Gary Gavin Geoff George Gillian Graham Greg Hannah Harry Heather Helen Ian "
    "Jack Jacqueline James Jamie Jane Janet Jason Jean Jennifer Jenny Jessica Jill Jim Joanne Joe John Jonathan "
    "Joseph Josh Joyce Judith Julia Julie Karen Kate Katie Keith Kelly Ken Kevin Kim Laura Lauren Lee Linda Lisa "
    "Liz Louise Lucy Luke Lynn Maggie Margaret Maria Martin Mary Matt Matthew Maureen Megan Michael Michelle Mike "
    "Natalie Neil Nick Nicola Nicole Nigel Oliver Olivia Pam Pamela Patricia Paul Pauline Peter Phil Philip Priya "
    "Rachel Rebecca Richard Rob Robert Rosie Roy Ruth Ryan Sally Sam Samantha Sandra Sara Sarah Sean Sharon "
    "Sheila Simon Sophie Stephen Steve Steven Stuart Sue Susan Suzanne Thomas Tim Tom Tony Tracey Tracy Valerie "
    "Vanessa Vicky Victoria Wendy"
)
_GIVEN = re.compile(
    rf"\b(?:(?:{'|'.join(sorted(set(_STEMS.split()), key=len, reverse=True))}){_ENDINGS}"
    rf"|(?:{'|'.join(sorted(set(_ENGLISH.split()), key=len, reverse=True))})(?=['’]s\b|\b))(?![\w])"
)
_COMMON = frozenset(("Maj", "Maja", "Maju", "Mari", "Marki", "Marku", "Ani", "Ewy", "Oli", "Dari", "Kasi", "Jack"))
"""Words that are more often something else: a month, a brand, "nor"."""


def names_in(text: str) -> list[tuple[int, int]]:
    """Where names stand in ``text``, in order, not overlapping; the title before a name is not part of it."""
    spans = [match.span("name") for match in _TITLED.finditer(text)]
    spans += [match.span() for match in _GIVEN.finditer(text) if match.group() not in _COMMON]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if kept and start < kept[-1][1]:
            kept[-1] = (kept[-1][0], max(kept[-1][1], end))
        else:
            kept.append((start, end))
    return kept
