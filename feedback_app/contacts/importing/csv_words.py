"""The words by which a list of contacts says what is what, in English and Polish. Pure.

Every word is compared folded: lower case, without accents, blanks and punctuation.
"""

from __future__ import annotations

import re
import unicodedata

_SIGNS = re.compile(r"[\W_]+")
_STROKES = str.maketrans("łŁ", "lL")  # the one Polish letter that has no decomposition

_HEADING_WORDS = {
    "email": "email, e-mail, mail, email address, e-mail address, mail address, adres e-mail, adres email, "
    "adres mailowy, adres poczty, adres poczty elektronicznej, poczta, poczta elektroniczna, contact email",
    "name": "name, full name, contact, contact name, customer name, display name, imię i nazwisko, imię nazwisko, "
    "nazwisko i imię, nazwa, klient, osoba, osoba kontaktowa, kontakt, imiona i nazwisko",
    "first_name": "first name, given name, forename, imię, imiona",
    "last_name": "last name, surname, family name, nazwisko",
    "kind": "kind, type, contact type, contact kind, customer type, rodzaj, typ, rodzaj kontaktu, typ kontaktu, "
    "typ klienta, rodzaj klienta",
    "stage_lost": "stage, stage lost, lost stage, lost at stage, stage_lost, sales stage, etap, etap utraty, "
    "etap rezygnacji, na jakim etapie, utracony na etapie",
    "language": "language, lang, locale, preferred language, język, jezyk kontaktu, język kontaktu, preferowany język",
    "unsubscribed": "unsubscribed, unsubscribe, opt out, opted out, optout, do not contact, do not email, no email, "
    "wypisany, wypisana, wypisani, wypisany/a, rezygnacja, nie pisać, nie kontaktować, wypisano",
    "consent": "consent, email consent, marketing consent, opt in, opted in, optin, subscribed, zgoda, "
    "zgoda marketingowa, zgoda na kontakt, zgoda na e-mail, zgoda email, zapisany, zapisana",
}
_KIND_WORDS = {
    "customer": "customer, client, active, active customer, current customer, won, klient, klientka, klienci, "
    "aktywny klient, obecny klient, stały klient, pozyskany",
    "prospect": "prospect, lead, potential, potential customer, potencjalny, potencjalna, potencjalny klient, "
    "potencjalna klientka, zainteresowany, zainteresowana, szansa",
    "lost_prospect": "lost prospect, lost, lost lead, lost_prospect, lost deal, closed lost, utracony, utracona, "
    "utracony klient, utracona klientka, niedoszły, niedoszła, niedoszły klient, niedoszła klientka, utracona szansa, "
    "utracony kontakt, stracony, przegrany",
    "former_customer": "former customer, former, former client, ex customer, ex client, churned, past customer, "
    "former_customer, były klient, była klientka, były, była, dawny klient, dawna klientka, poprzedni klient",
}
_LANGUAGE_WORDS = {
    "en": "en, eng, english, angielski, ang, angielska, po angielsku, en gb, en us, en ie, uk, gb",
    "pl": "pl, pol, polish, polski, polska, po polsku, pl pl",
}
_YES = "yes, y, true, t, 1, x, on, tak, prawda, unsubscribed, opted out, wypisany, wypisana, zgoda"
_NO = "no, n, false, f, 0, off, nie, falsz, brak, subscribed, brak zgody, none"


def fold(text: str) -> str:
    """Return ``text`` folded for comparing: "Adres E-mail" and "adres_email" become "adresemail"."""
    plain = unicodedata.normalize("NFKD", text.translate(_STROKES)).encode("ascii", "ignore").decode()
    return _SIGNS.sub("", plain).lower()


def _by_word(words: dict[str, str]) -> dict[str, str]:
    return {fold(word): code for code, line in words.items() for word in line.split(",")}


HEADINGS = _by_word(_HEADING_WORDS)
KINDS_BY_WORD = _by_word(_KIND_WORDS)
LANGUAGES_BY_WORD = _by_word(_LANGUAGE_WORDS)
ANSWERS_BY_WORD = {**{fold(word): True for word in _YES.split(",")}, **{fold(word): False for word in _NO.split(",")}}


def kind_of(text: str) -> str | None:
    """Return the kind of contact that ``text`` names in either language, or None."""
    return KINDS_BY_WORD.get(fold(text))


def language_of(text: str) -> str | None:
    """Return the language code that ``text`` names (en-GB is en), or None."""
    return LANGUAGES_BY_WORD.get(fold(text))


def field_of(heading: str) -> str | None:
    """Return the field that a column with this heading holds, or None: then it is a free attribute."""
    return HEADINGS.get(fold(heading))


def is_yes(text: str) -> bool | None:
    """Return what a cell says to a question of yes or no; a date means "yes, since then"; None when it says neither."""
    if re.fullmatch(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}([ T].*)?", text.strip()):
        return True
    return ANSWERS_BY_WORD.get(fold(text))
