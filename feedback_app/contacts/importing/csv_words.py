"""The words by which a list of contacts says what is what, in English and Polish. Pure."""

from __future__ import annotations

from feedback_app.imports.headings import by_word, fold

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

HEADINGS = by_word(_HEADING_WORDS)
KINDS_BY_WORD = by_word(_KIND_WORDS)
LANGUAGES_BY_WORD = by_word(_LANGUAGE_WORDS)


def kind_of(text: str) -> str | None:
    """Return the kind of contact that ``text`` names in either language, or None."""
    return KINDS_BY_WORD.get(fold(text))


def language_of(text: str) -> str | None:
    """Return the language code that ``text`` names (en-GB is en), or None."""
    return LANGUAGES_BY_WORD.get(fold(text))


def field_of(heading: str) -> str | None:
    """Return the field that a column with this heading holds, or None: then it is a free attribute."""
    return HEADINGS.get(fold(heading))
