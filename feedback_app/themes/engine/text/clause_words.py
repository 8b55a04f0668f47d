"""The words by which clauses are recognised. English and Polish together: a word list says which language it is of."""

import re
from functools import lru_cache

from feedback_app.themes.engine.text.lemmas import lemma


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

ONLY_AFTER_COMMA = _words("jednak jednakże tylko while yet though")

ADDITION = (
    ("also",), ("plus",), ("besides",), ("additionally",), ("furthermore",), ("on", "the", "other", "hand"),
    ("apart", "from", "that"), ("other", "than", "that"), ("even", "though"),
    ("poza", "tym"), ("oprócz", "tego"), ("do", "tego"),
    ("w", "dodatku"), ("ponadto",), ("dodatkowo",), ("za", "to"), ("z", "kolei"), ("z", "drugiej", "strony"),
    ("mimo", "że"), ("pomimo", "że"), ("mimo", "to"), ("tak", "poza", "tym"),
    ("na", "minus"), ("na", "plus"), ("niestety",), ("unfortunately",), ("sadly",),
    ("still",), ("overall",), ("ogólnie",),
)  # fmt: skip
"""Openings of a new mention, when something was said before them."""

ALWAYS = (
    ("poza", "tym"), ("oprócz", "tego"), ("on", "the", "other", "hand"), ("apart", "from", "that"),
    ("z", "drugiej", "strony"), ("mimo", "że"), ("pomimo", "że"),
    ("even", "though"), ("ponadto",), ("dodatkowo",), ("other", "than", "that"),
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

POLISH = _words("nie jest w na się z ale są za że był była było bardzo jak tylko brak mi od przez mam co po już")
"""Any of these, or a Polish letter, marks a text as Polish ."""

SUBJECTS_PL = _words("nikt nic wszystko wszyscy ja ty on ona ono my wy oni one pani pan państwo każdy to")
FIRST_PERSON_PL = re.compile(r"\w+(?:łem|łam|liśmy|łyśmy)|chcę|proszę|czekam|czekamy|dziękuję|polecam|dajcie|dodajcie")
IMPERSONAL_PL = _words("nie trzeba można brak brakuje należy")
ADVERBS = _words("then now still so even also there potem teraz jeszcze dalej wtedy też nadal ciągle znowu")
PREPOSITIONS = _words(
    "w na z do od po przy o u za przez dla pod nad bez ze we przed między oraz i a ale nie się bo że jak"
)

_VERBS_EN = _words(
    """
    was were is are isn't wasn't aren't weren't isnt wasnt arent werent has had have hasn't haven't hadn't took take
    takes did didn't didnt does doesn't doesnt do don't dont can can't cant could couldn't couldnt will would won't wont
    wouldn't wouldnt should shouldn't must might got get gets came come comes made make makes work works seem seems felt
    feel feels keep keeps kept go goes went give gives gave break breaks broke say says said tell tells told know knows
    knew find finds found lose loses lost leave leaves left let lets put see saw send sends sent spend spent stand stood
    think thinks thought understand understood win won write wrote ring rang run ran sit sat it's that's there's they're
    we're you're i'm i've we've they've i'd we'd he's she's what's look looks love loves loved like likes liked hate
    hates crash crashes freezes want wants miss costs cost lacks arrives smells tastes hung answer answers close closes
    open opens drain drains overheats stop stops start starts load loads ignore ignores talk talks speak speaks spoke
    charge charges last lasts stay stays happen happens changes show shows ask asks help helps respond responds reply
    replies fail fails depend depends expire expires leak leaks sound sounds bring brought buy bought sell sold choose
    chose pay paid wait waits fell fall falls grew grow grows hear hears heard lie lies lay offer offers promise
    promises forget forgot drive drove eat ate drink drank begin began became become becomes cut hurt shut read reads
    deserve deserves arrive need needs refuse refuses sees treats treat gone been bites stinks sucks rocks hit
    means meant
    """
)
_NOT_VERBS_EN = _words(
    "need indeed speed feed red bed seed overpriced limited advanced detailed mixed crowded outdated complicated dated "
    "tired disappointed skilled experienced organised organized qualified hundred confused satisfied pleased interested"
)
_PAST_EN = re.compile(r"[a-z]{3,}ed")

_VERBS_PL = _words("ma mam jest są nie brak brakuje można trzeba warto słychać widać gra lubię wiem boli")
_NOT_VERBS_PL = _words("miła miło miłe jeśli czyli mili to stali może wini skali sali znany dany wina dział")
_VERB_ENDINGS_PL = ("ać", "eć", "ić", "yć", "ąć", "uć", "óc", "iec", "ść", "źć", "ec")
_NOUN_ENDINGS_PL = ("ość", "ęść", "ęć", "ieć")
_NAMED_ACTION = re.compile(
    r"\w+(?:[nt](?:y|a|e|ych|ego|ej|ym|ą)|ąc[yaeą]\w{0,3}|ni(?:e|a|u|em|ach)|(?:ę|u)ci[eau]m?|ć|c|ci)"
)


def is_verb(word: str, polish: bool) -> bool:
    """Does this lower-case word look like a finite verb? Listed or by ending; in Polish by its dictionary form."""
    if word in _VERBS_EN:
        return True
    if not polish:
        return word not in _NOT_VERBS_EN and bool(_PAST_EN.fullmatch(word))
    return _is_polish_verb(word)


@lru_cache(maxsize=50_000)
def _is_polish_verb(word: str) -> bool:
    if word in _VERBS_PL:
        return True
    if word in _NOT_VERBS_PL or len(word) < 3 or word[0].isdigit() or _NAMED_ACTION.fullmatch(word):
        return False
    base = lemma(word, "pl")
    if base == word or base.endswith(_NOUN_ENDINGS_PL):
        return word.endswith(("ał", "ała", "iła", "ali", "łem", "łam")) and base == word and not word.startswith("nie")
    return base.endswith(_VERB_ENDINGS_PL)
