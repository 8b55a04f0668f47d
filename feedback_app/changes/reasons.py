"""Reasons for a "no" that people can accept: to start from, with gaps that only the organisation can fill. Pure.

A reason convinces when it says what stands against the wish, what was weighed, and what happens instead; a bare
"not possible" does not. Gaps look like ``[… how much]``; a change with a gap left cannot be declined.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedback_app.errors import N_


@dataclass(frozen=True)
class Reason:
    """One kind of valid reason: its name for staff, and the text to start from in each language."""

    name: str
    text: dict[str, str]


REASONS: dict[str, Reason] = {
    "law": Reason(
        N_("The law"),
        {
            "en": "The law does not allow it: [… which rule, in plain words]. What we can do instead: [… what].",
            "pl": "Nie pozwalają na to przepisy: [… które, prostymi słowami]. Możemy natomiast zrobić to: [… co].",
        },
    ),
    "safety": Reason(
        N_("Safety"),
        {
            "en": "It would put [… whom] at risk: [… how]. We do not want to take that risk with anybody.",
            "pl": "Naraziłoby to [… kogo] na niebezpieczeństwo: [… jakie]. Takiego ryzyka nie chcemy podejmować.",
        },
    ),
    "cost": Reason(
        N_("Cost out of proportion"),
        {
            "en": "We worked out what it would take: [… the cost]. It would help [… how many people], and everybody "
            "would pay for it: [… how much more]. We use the money for [… what] instead.",
            "pl": "Policzyliśmy, ile by to kosztowało: [… koszt]. Pomogłoby to [… ilu osobom], a zapłaciliby "
            "wszyscy: [… ile więcej]. Te pieniądze przeznaczamy na [… co].",
        },
    ),
    "not_ours": Reason(
        N_("Somebody else’s process"),
        {
            "en": "This is not ours to decide: [… who] is responsible for it. We passed the wish on to them on "
            "[… date], without any names, and will write when we hear from them.",
            "pl": "Nie my o tym decydujemy: odpowiada za to [… kto]. Przekazaliśmy to życzenie dalej w dniu "
            "[… data], bez żadnych nazwisk, i napiszemy, gdy otrzymamy odpowiedź.",
        },
    ),
    "conflict": Reason(
        N_("Conflicts with what more people asked for"),
        {
            "en": "More people asked for the opposite: [… what, and how many]. Both at once cannot be done because "
            "[… why]. For those who hoped for this, we can offer [… what].",
            "pl": "Więcej osób prosiło o coś przeciwnego: [… o co i ile osób]. Jednego z drugim nie da się pogodzić, "
            "ponieważ [… dlaczego]. Osobom, które na to liczyły, możemy zaproponować [… co].",
        },
    ),
    "not_now": Reason(
        N_("Not now, with a date to look again"),
        {
            "en": "Not now: at present we are busy with [… what], because [… why it comes first]. We will look at "
            "this again on [… date] and write to you then.",
            "pl": "Nie teraz: obecnie zajmuje nas [… co], ponieważ [… dlaczego to ma pierwszeństwo]. Wrócimy do tego "
            "w dniu [… data] i wtedy napiszemy.",
        },
    ),
}
