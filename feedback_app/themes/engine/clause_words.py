"""The words by which clauses are recognised. English and Polish together: a word list says which language it is of."""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ABBREVIATIONS = _words(
    """
    mr mrs ms dr prof st jr sr vs no nr approx appt dept est inc ltd co ext fig max min tel eg e.g ie i.e a.m p.m am pm
    np tj tzn tzw m.in in ul al os pl pok godz min sek zł gr tys mln mld wg ws ok prof mgr inż hab lek płk gen ks św
    im str red por zob dot ds dz art ust pkt poz r w nb jw sp z.o.o
    """
)
"""A full stop after these is part of the word."""

MAY_END = _words("etc itd itp r tys mln zł gr p.m a.m pm am inc ltd no co in ok min max")
"""... but these may also end a sentence, and do before a capital letter. "no." nearly always ends one."""

CONTRAST = _words("but however although whereas except lecz natomiast ale jednak jednakże choć chociaż tylko")
"""A new mention begins here, if something is said on both sides ("tylko" and "jednak" only after a comma)."""

ONLY_AFTER_COMMA = _words("jednak jednakże tylko while yet though except")

ADDITION = (
    ("also",), ("plus",), ("besides",), ("additionally",), ("furthermore",), ("on", "the", "other", "hand"),
    ("apart", "from", "that"), ("other", "than", "that"), ("even", "though"), ("poza", "tym"), ("oprócz", "tego"), ("do", "tego"),
    ("w", "dodatku"), ("ponadto",), ("dodatkowo",), ("za", "to"), ("z", "kolei"), ("z", "drugiej", "strony"),
    ("mimo", "że"), ("pomimo", "że"), ("mimo", "to"), ("tak", "poza", "tym"), ("na", "minus"), ("na", "plus"), ("niestety",), ("unfortunately",), ("sadly",),
    ("still",), ("overall",), ("ogólnie",),
)  # fmt: skip
"""Openings of a new mention, when something was said before them."""

ALWAYS = (
    ("poza", "tym"), ("oprócz", "tego"), ("on", "the", "other", "hand"), ("apart", "from", "that"),
    ("z", "drugiej", "strony"), ("mimo", "że"), ("pomimo", "że"), ("even", "though"), ("ponadto",), ("dodatkowo",), ("other", "than", "that"),
)  # fmt: skip
"""Those of them that need no comma before them."""

JOINERS = _words("and & i oraz a")

SUBORDINATE = _words(
    """
    if when whenever after before because since as until unless while that which who whom whose where why how what
    so than whether once though
    jeśli jeżeli gdy kiedy gdyby po zanim bo ponieważ gdyż że żeby aby by który która które którego której którym
    którzy których którymi którą co czego gdzie jak jaki jaka jakie więc skoro dopóki odkąd czy niż im
    """
)
"""A comma before these does not begin anything new; a sentence that begins with one reaches over its first comma."""

SAYING = _words(
    """
    think thought say said says told hope feel felt know guess believe mean means suppose wish sure glad happy sorry
    like liked love loved that which who whom because if when as since while of with than and but or the a an my your
    his her our their this these those for to in on at by from about into not is was are were be been very so too more
    as how what where whether
    """
)
"""After these a pronoun continues the clause ("I think it is ..."); a new clause without comma cannot begin there."""

PRONOUNS = _words("i it they we he she you there this that these everyone nobody everything nothing")
DETERMINERS = _words("the my our your their his her some no all both each another most")

VERBS = _words(
    """
    was were is are isn't wasn't aren't weren't isnt wasnt arent werent has had have hasn't haven't hadn't took take takes
    did didn't didnt does doesn't doesnt do don't dont can can't cant could couldn't couldnt will would won't wont wouldn't
    wouldnt should shouldn't must might got get gets came come comes made make makes works work seems seem felt feel feels
    needs need keeps keep kept went goes go gave give gives broke breaks said says told tells knew knows know found find
    finds lost left let lets put said saw sent spent stood thought understood won wrote rang ran sat it's that's there's
    they're we're you're i'm i've we've they've i'd we'd he's she's what's looks look loved love loves like liked likes
    crashes crash freezes hate hates want wanted wish miss costs cost lacks lack lets takes arrives smells tastes hung
    jest są był była było były byli ma mają mam mamy miał miała miało mieli nie brak brakuje brakowało można trzeba
    warto da trwa trwało działa działają kosztuje kosztują przyszła przyszło przyszedł wyszło poszło szło idzie może mogę
    mogło mogłoby mogłyby mógłby powinno powinna powinien powinny powinniście jestem jesteśmy to lubię kocham polecam
    chciałbym chciałabym proszę czekam czeka czekamy wiem wie wiadomo widać znam zna boli podoba podobało zawiesza
    wyłącza psuje zacina ładuje śmierdzi wymaga wygląda wydaje zależy dostaję płacę płacimy rozumiem nikt nic zostaje
    pachnie smakuje zdarza pomaga pomogła pomógł pasuje zrobiono jedzie dzwonię dzwoni odpowiada odbiera odbierają
    """
)

_PAST_EN = re.compile(r"[a-z]{3,}ed")
_NOT_VERBS = _words(
    "need indeed speed feed red bed seed overpriced limited advanced detailed used mixed crowded outdated complicated "
    "dated tired disappointed skilled experienced organised organized qualified unorganised hundred based confused "
    "mała biała miła była stała wspaniała zła cała doskonała spała mało około koło dało trochę mili mały biały stały "
    "cały miły zły doskonały wspaniały doskonali wspaniali jeśli czyli wspaniałe ciepła ciepło ciepły szkoła siła "
    "zespół dział stół artykuły artykuł materiały materiał tytuł chwila skala obsługi ogół skali chwili"
)
_PAST_PL = re.compile(
    r"\w{2,}(?:ał|ała|ało|ały|ali|ił|iła|iło|iły|ili|ył|yła|yło|yły|yli|ął|ęła|ęło|ęły|ęli|ałem|ałam|"
    r"iłem|iłam|yłem|yłam|ęłam|ąłem|liśmy|łyśmy|łem|łam|zedł|szła|szło|szli|szły|ano|ono)"
)


def is_verb(word: str) -> bool:
    """Does this lower-case word look like a finite verb of either language? A guess by ending where not listed."""
    if word in VERBS:
        return True
    if word in _NOT_VERBS:
        return False
    return bool(_PAST_EN.fullmatch(word) or _PAST_PL.fullmatch(word))
