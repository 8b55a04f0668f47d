"""Answers that say "nothing to say": praise without content, "no complaints", "wszystko ok". English and Polish."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PRAISE = _words(
    """
    alright amazing awesome best brilliant excellent excelent fab fabulous fantastic fine good grand great
    happy ideal impeccable incredible keep lovely love loved liked like marvellous nice okay ok okey
    outstanding perfect perfectly phenomenal pleased satisfied satisfactory smooth smoothly splendid spot
    sterling super superb terrific up wonderful well work wow a+ congrats congratulations bravo bardzo bomba
    cudownie cudowne doskonale doskonały doskonała dobra dobry dobre dobrze extra ekstra fajnie fajne fajny
    git gites genialnie idealnie idealny idealne kapitalnie najlepszy najlepsi najlepiej miło oby okej
    pięknie perfekcyjnie polecam pozytywnie rewelacja rewelacyjnie rewelacyjny rewelka spoko super superowo
    szacun świetnie świetny świetna świetne wspaniale wspaniały wspaniałe wybitnie wzorowo zadowolona
    zadowolony zadowoleni zadowalająco znakomicie znakomity pozdrawiam pozdrowienia brawo gratulacje czołem
    sztos porządku gra podoba podobało podobała odpowiada
    """
)

_FILLER = _words(
    """
    a about absolutely all always am and anything as at be been by completely could couldn't do doing done
    else entirely ever every everything everyone exactly experience extremely far fault find for from hi
    hello has have had i i'm i've is it it's its job just me moment more most much my now of on only or
    other our out over overall particular pretty quite really right same say sir so stuff thank thanks
    thankyou thx cheers that the there there's they think this time to too totally truly up very was way we
    were what whatsoever whole with you your far think could be better keep up going say add come mind yes
    yeah yep can a ale ani aż bez był była było były być całkowicie co do dla dziękuję dziękujemy dzięki i
    ja jak jest jestem jesteśmy są już mam mamy mi na naprawdę o ogólnie okay po póki prostu raczej sobie
    tak tej chwili to tylko u w was wam wszystko wszyscy wszystkim z za ze się tym razem zawsze razie nam
    mnie my moim moment momencie dalej trzymajcie tak że mogę powiedzieć jakichkolwiek pod każdym względem
    oby zero
    """
)

_NOTHING = _words(
    """
    no none nothing nope nil non n/a na nic nie brak bez żadnych żadne żaden żadnego zero null nichts never
    not don't dont didn't cannot can't couldn't haven't hasn't wasn't isn't ani
    """
)
_STRICT = _words(
    """
    not never don't dont didn't cannot can't couldn't haven't hasn't wasn't isn't nie
    """
)

_COMPLAINT = _words(
    """
    add added anything comment comments complain complaint complaints concern concerns change changes
    changed fault faults idea improve improved improvement improvements issue issues know negative negatives
    objection objections opinion problem problems question questions recommendation recommendations remark
    remarks say suggest suggestion suggestions sure applicable better wrong bad hesitation dodać dodania
    dodatkowych komentarza komentarzy negatywnych opinii pomysłu problem problemu problemów pytań
    powiedzenia sugestii wad wady wiem większych zarzutu zarzutów zarzucić zastrzeżeń zastrzeżenia zmian
    zmieniać zmieniłbym zmieniłabym zmienić uwag uwagi poprawy poprawiać poprawić przyczepić minusów
    narzekać narzekam skarg zmieniajcie zdania
    """
)

_ALLOWED = _PRAISE | _FILLER | _NOTHING | _COMPLAINT
_TOKENS = re.compile(r"n/a|a\+|[^\W\d_]+(?:['’][^\W\d_]+)*", re.IGNORECASE)
_LONGEST = 14


def says_nothing(piece: str) -> bool:
    """Is there nothing to group in this piece: no words, "none", thanks, or praise that names no subject?

    A bare complaint ("terrible", "not good") is never taken for nothing.
    """
    tokens = [token.replace("’", "'") for token in _TOKENS.findall(piece[:400].casefold())]
    if not tokens or " ".join(tokens) in _SAID_BEFORE:
        return True
    if len(tokens) > _LONGEST or not all(token in _ALLOWED for token in tokens):
        return False
    return _meant_well(frozenset(tokens))


def _meant_well(tokens: frozenset[str]) -> bool:
    """Of words that may all be empty: "not good" and "problems" are complaints, "no problems" is not."""
    denies, complains, praises = tokens & _NOTHING, tokens & _COMPLAINT - _FILLER, tokens & _PRAISE
    if complains:
        return bool(denies)
    if tokens & _STRICT and praises - {"bardzo", "up", "keep", "work", "oby"}:
        return False
    return bool(denies or praises or tokens <= _THANKS)


_SAID_BEFORE = frozenset(
    (
        "see above", "as above", "same as above", "as before", "ditto", "no comment", "no comments", "dunno", "idk",
        "no idea", "don't know", "i don't know", "not sure", "see my previous answer", "see previous answer", "so so",
        "jak wyżej", "jak wyzej", "jw", "j w", "patrz wyżej", "patrz wyzej", "to samo", "bez komentarza", "nie wiem",
        "nie mam zdania", "trudno powiedzieć", "trudno powiedziec", "nic dodać nic ująć", "meh", "pass", "test",
    )
)  # fmt: skip
"""Whole answers that send the reader elsewhere, or nowhere."""

_THANKS = _FILLER - {"could", "better", "else", "couldn't", "fault"}
