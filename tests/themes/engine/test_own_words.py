"""The words of a company's own trade: found by how often they stand, and left out before known subjects are asked."""

from __future__ import annotations

from feedback_app.themes.engine.classify.own_words import own_words, shares, without

HERE = ["the bike was late", "two bikes, one late", "my bike squeaks", "a bike too heavy", "late again", "very late"]
ELSEWHERE = ["the parcel was late", "late again", "late", "nobody came", "late as ever", "I went by bike"]


def own(here: list[str], elsewhere: list[str], language: str = "en") -> frozenset[tuple[str, str]]:
    return own_words(shares(here, [language] * len(here)), shares(elsewhere, [language] * len(elsewhere)))


def test_the_product_is_found_in_every_form_and_what_all_companies_hear_is_not() -> None:
    assert own(HERE, ELSEWHERE) == {("en", "bike")}
    rowery = ["rower się zepsuł", "zepsuty rower", "roweru nie było", "na rowerze boli", "spóźnili się"]
    assert own(rowery, ["kurier się spóźnił"] * 5, "pl") == {("pl", "rower")}


def test_of_few_texts_no_word_is_anybodys_own() -> None:
    assert own(["the bike was late", "a bike"], ELSEWHERE) == frozenset()
    assert own([], []) == frozenset()


def test_each_language_has_its_own_words() -> None:
    there = shares(["rower " * 3] * 4 + ["late"] * 40, ["pl"] * 4 + ["en"] * 40)
    assert there == {("pl", "rower"): 1.0, ("en", "late"): 1.0}


def test_texts_lose_these_words_and_no_text_loses_all() -> None:
    said = ["My bike squeaks,  loudly", "bikes", "Nothing here"]
    assert without(said, ["en"] * 3, frozenset({("en", "bike")})) == ["My squeaks, loudly", "bikes", "Nothing here"]
