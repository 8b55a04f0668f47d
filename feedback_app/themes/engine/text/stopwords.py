"""Words that may stand inside the name of a theme, but neither begin nor end it. English and Polish."""

_ENGLISH = """
a about after again all almost already also always am an and any anyone anything are aren't around as at be because
been before being both but by came can can't cannot come could couldn't did didn't do does doesn't doing don't done
each either else even ever every everyone everything few for from further get gets getting give given go goes going gone
got had has hasn't have haven't having he her here hers him his how however i i'd i'll i'm i've if in into is isn't
it it's its itself just know let like lot lots made make makes many may maybe me might more most much must my myself
need neither never no none nor not nothing now of off often on once one only onto or other others our ours out over
own per please put quite rather really said same say see seem seemed she should shouldn't since so some someone
something still such take than thank thanks that that's the their theirs them then there there's these they they're
thing things think this those though through till to told too try trying until up upon us use used very via want
wanted was wasn't way we we've well went were weren't what what's when where whether which while who whole whom whose
why will with within without won't would wouldn't yes yet you you're you've your yours yourself
"""

_POLISH = """
a aby ach aha ale albo ani am aż bardziej bardzo bez bo bowiem by byli bym być był była było były będzie będą cały
chce chcę chciał chciałem chciałam chyba ci cię co coś czasem czego czemu czy czyli czym da dać dalej dla dlaczego
dlatego do dobrze dość dużo dziękuję dzięki gdy gdyby gdyż gdzie go i ich ile im inna inne innego inny innych iż ja
jak jaka jaki jakie jakiś jako jakoś ją je jednak jednym jedna jeden jego jej jemu jest jestem jeszcze jeśli jeżeli
już każda każdy każdego kiedy kilka kto która które którego której który których którym którzy lub ma mam mamy mi
mieć miał miała mimo mnie mną moja moje mojego mojej mogą mogę moi mój może można mu musi muszę my na nad nam nami
nas nasz nasza nasze nawet nic nie niech nich nigdy nim nimi niż no o obie od ok około on ona one oni ono oraz po pod
podczas poza prawie proszę przed przede przez przy raz razem również się są sam sama same ta tak taka taki takie
także tam te tego tej temu ten też to tobie tu tutaj twój ty tych tylko tym tymi u w wam was wasz we według więc
wiele wielu wszyscy wszystkie wszystko wtedy wy z za zawsze zbyt ze zeby znowu znów został została zostało żaden
żadna żadne że żeby
"""

STOP_WORDS = frozenset((_ENGLISH + _POLISH).replace("’", "'").split())


def is_stop_word(word: str) -> bool:
    """Does this word say nothing on its own? `word` in lower case."""
    return len(word) < 2 or word.replace("’", "'") in STOP_WORDS
