"""Words that tell what a piece of an answer does: praises, asks, greets, tells about its author. English and Polish."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONNECTIVES = _words(
    """
    and but or so because then although though however except plus also yet i a ale oraz lecz natomiast jednak bo
    więc wiec tylko gdyby choć choc chociaż chociaz żeby zeby że albo
    """
)
"""A unit may begin with these."""

CLASSES = (
    _words("but however although though except yet ale lecz natomiast jednak choć choc chociaż tylko"),
    _words("and plus also i oraz a & albo or"),
    _words("so więc wiec then therefore"),
    _words("because bo since as"),
    _words("że ze żeby zeby that"),
    _words("if gdyby gdybym jeśli jak when kiedy gdy while"),
)
"""Kinds of connectives: contrast, addition, consequence, reason, content, condition."""

LEADING = _words("but and ale a i oraz lecz")
"""What joins a mention to the one before it belongs to neither."""

NEGATION = _words(
    """
    no not never nothing nobody none n't don't didn't doesn't can't couldn't won't wasn't isn't wouldn't hasn't haven't
    nor without nie nikt nic nigdy żaden żadnych żadna zaden brak bez ani zero
    """
)
PRAISE = _words(
    """
    love loved lovely great good nice kind helpful friendly brilliant fantastic excellent perfect perfectly best quick
    quickly easy happy pleased thank thanks comfortable comfy beautiful clean polite patient gentle super wonderful
    spotless well smooth fast gem credit superb amazing smiled pleasant fair świetny swietnie świetnie miły mila miła
    mili miło milo sympatyczny sympatyczna fajny fajne fajnie dobry dobra dobrze ładny ładnie ladnie szybko sprawnie
    pomocny pomocna polecam zadowolony zadowolona wygodny wygodna czysto bezproblemowo wzorowo elegancko solidne
    solidny idealnie idealny rewelacja genialny brawo szacun plus cierpliwy cierpliwa cierpliwie uprzejmy uprzejma
    złoty porządnie porzadnie
    """
)
COMPLAINT = _words(
    """
    late broken worst bad awful terrible rude slow cold dirty waiting waited wait hours weeks months expensive dear
    overpriced missing lost wrong damaged cracked scratched cancelled ignored refused dead failed crashed cheap
    crooked dust pain hurt again twice three times still only drogo drożej drogi spóźnienie opóźnienie czekałem
    czekałam czekalem czekalam tygodnie tygodni miesiąc miesiące godzinę godzine godziny niestety zepsuty popsuty
    pęknięty uszkodzony skandal masakra koszmar słabo slabo zimno brudno kolejka zajęte trzeci trzy drugi dopiero
    znowu znów ciągle nadal bolało bolalo boli krzywo dwa dwie
    """
)
WISH = _words(
    """
    please wish would could should let maybe perhaps prefer add need want why hope suggest poproszę prosze proszę
    gdyby gdybym moglibyście moglibyscie mogliby mogłoby mógłby warto przydałby przydałaby przydałoby przydalby
    przydalaby przydaloby chciałbym chciałabym chcialbym chcialabym wolałbym wolałabym może moze powinien powinna
    powinno niech wystarczyłby wystarczy fajnie dodajcie zróbcie otwórzcie brakuje żeby zeby by
    """
)
OWN = _words(
    """
    i i'm i've i'd me my we we're we've our us mine he she husband wife son daughter kids mother ja mnie mi mój moja
    moje my nas nam mąż maz żona zona syn córka mama teściowa dzieci pies kot
    """
)
"""The author and their people."""

ADDRESSED = _words("you your you're yours wy was wam wasz wasza wasze waszego państwo państwa panstwo")
GREETING = _words(
    """
    hi hello dear regards cheers thanks thank bye yours sincerely greetings dzień dzien dobry witam hej cześć czesc
    pozdrawiam dziękuję dziekuje dzięki dzieki szanowni wesołych
    """
)
COURTESY = _words(
    """
    hi hello hey dear regards kind best warm wishes cheers yours sincerely faithfully truly greetings good morning
    afternoon evening day sir madam or all team dzień dzien dobry witam witajcie hej cześć czesc pozdrawiam
    pozdrowienia serdeczne serdecznie szanowni szanowna państwo panstwo z poważaniem powazaniem łączę wyrazy szacunku
    """
)
"""A unit of these words alone opens or closes an answer: never part of a mention, if one of the next is in it."""

OPENERS = _words(
    """
    hi hello hey dear regards wishes cheers sincerely faithfully greetings morning afternoon evening dzień dzien witam
    witajcie hej cześć czesc pozdrawiam pozdrowienia szanowni szanowna poważaniem powazaniem wyrazy
    """
)

ASKING = _words(
    """
    please prosze proszę would could why czemu dlaczego czy is are do can when where gdzie kiedy dodajcie let make put
    give dajcie niech gdyby
    """
)
"""First words of wishes and questions."""

FIRST_PERSON = re.compile(r"\w+(?:łem|łam|lem|lam|liśmy|łyśmy|lismy|lysmy)")
CONDITIONAL = re.compile(r"\w+[łl](?:by|aby|oby|bym|abym)|\w+liby")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def words(text: str) -> list[str]:
    """The words of a text as the lists hold them."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def count(spoken: list[str], listed: frozenset[str]) -> float:
    """How many of the words are listed: 0 for none, 2 for three or more."""
    return min(3, sum(word in listed for word in spoken)) / 1.5
