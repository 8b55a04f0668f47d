"""Texts that nobody means to send: the whole engine takes them, in time that grows with their number."""

import time

import pytest

from feedback_app.themes.engine.cluster.discovery import SAMPLE
from feedback_app.themes.engine.cluster.subthemes import sub_themes
from feedback_app.themes.grouping.emerging import emerging
from feedback_app.themes.grouping.learning import learn
from feedback_app.themes.grouping.pipeline import discover
from feedback_app.themes.grouping.segment import cut

TWELVE = [
    "Delivery took far too long", "Dostawa trwała zdecydowanie za długo", "Die Lieferung dauerte viel zu lange",
    "La livraison a pris trop de temps", "La entrega tardó demasiado", "La consegna ha richiesto troppo tempo",
    "De levering duurde veel te lang", "Доставка заняла слишком много времени", "送货时间太长了",
    "配達に時間がかかりすぎました", "배송이 너무 오래 걸렸어요", "Teslimat çok uzun sürdü",
]  # fmt: skip
HOSTILE = {
    "empty": ["", " ", "\n\t"],
    "one emoji": ["😀"],
    "many emoji": ["👩‍👩‍👧‍👦🇵🇱" * 2_000, "😀😀", "👍🏽"],
    "very long": ["slow queue " * 4_546, "x" * 50_000, "ż" * 50_000, "a, " * 16_667, "." * 50_000, "\u0301" * 50_000],
    "right to left": ["התור היה ארוך מדי והמחיר גבוה", "الانتظار كان طويلا جدا والسعر مرتفع", "\u202egnol oot\u202c"],
    "control": ["\x00\x01\x02", "late\x00delivery", "\ud800 delivery", "\u200b\u200b", "late\x1b[31m", "\ufffe\uffff"],
    "markup": ["<script>alert(1)</script>", "'; DROP TABLE themes;--", "{{ 7*7 }} %s %(x)s {0}", "=cmd|' /C calc'!A0"],
    "single": ["The delivery was late and the price was too high"],
    "twelve languages": TWELVE * 3,
}


@pytest.mark.parametrize("texts", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(300)
def test_the_whole_engine_takes_them(texts):
    pieces = [(text, piece) for text in texts for piece in cut(text)]
    assert all(0 <= piece.start <= piece.end <= len(text) for text, piece in pieces)
    said = [text[piece.start : piece.end] for text, piece in pieces] or texts
    grouping = discover(said, languages=[None, "pl", "xx"] * len(said))
    assert len(grouping.assigned) == len(said)
    for theme in grouping.themes:
        assert theme.name
        assert all(0 <= at < len(said) for at in (*theme.typical, *theme.borderline))
    if grouping.assigner:
        given = grouping.assigner.assign(texts)
        assert all(0 <= sure <= 1 for _, sure in given)
    assert isinstance(sub_themes(said), list)
    assert isinstance(emerging(texts, said), list)
    assert len(learn(texts, [1] * len(texts)).assigned) == len(texts)


@pytest.mark.timeout(300)
def test_the_same_text_ten_thousand_times_is_read_once():
    cache: dict[str, bytes] = {}
    grouping = discover(["The queue is too long"] * 10_000, vectors=cache)
    assert [theme.size for theme in grouping.themes] == [10_000]
    assert len(cache) == 1


@pytest.mark.timeout(300)
def test_a_long_text_takes_time_in_proportion():
    """CPU seconds of cutting, twice the text against once: about 2 when linear, 4 when quadratic."""

    def seconds(length: int) -> float:
        text = ("the queue was long, but staff were nice and 3.5 kg of mail came late; " * length)[: length * 70]
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            cut(text)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(1_400) < 3.2 * seconds(700)


@pytest.mark.parametrize("grain", ["coarse", "auto", "fine"])
def test_one_answer_in_every_grain(grain):
    grouping = discover(["The delivery was late"], grain=grain)
    assert [theme.size for theme in grouping.themes] == [1]


def test_the_sample_is_bounded():
    """What is quadratic, the search for neighbours, never sees more rows than this."""
    assert SAMPLE <= 6_000
