"""Stems of words that praise and of words that complain, and what a "not" makes of them. English and Polish, folded."""

from __future__ import annotations

import re

from feedback_app.themes.engine.mentions.wording import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GOOD = _words(
    """
    accommodat accurate ace adore afford amaz angel anielsk anio applause appreciat attentive bajk bargain
    beauti best better bezbled bezbol bezpieczn bezproblem bless blyskaw bomb boski bravo braw breeze bright
    brillian brisk calm caring charm cheap cheerful cheers cich cicho ciepl cierpliw ciesz cinch clean clear
    comf competent complimentar considerat convenient cosy courte credit cud cudown cured czyst darmow decent
    delicious delight delikat dobr doddle dokladn doradz doskonal dosla dream dumn duzy dziala dzieki dziekuj
    eas effortless ekspres ekstra elegan elegant enjoy estety exactly exceed excellen exception expert fachow
    fair fajn fantas fast favorite favourite fixed flawless flexib free fresh friend fun funny gem generous
    genial gentl glad gladko good gorgeous grateful gratis gratul great grzeczn gustown handy happ hats heal
    heaven helpful hero honest hula idealn immediately impress improv instant instantly jasn kind klas knowledg
    kocham komfort kompet komplement konkret korzyst kudos kultur ladn latw latwo laugh legend lepsz like liked
    listen lov lovely lubi lubie luxur magic marvel medal mil mistrz mocn najlep najmocn napraw natychm neat
    nice niezawod objasni oddzwoni odpisal odpisuj ogarni okazj oplac outstanding painless pamieta patien
    perfect perfekc petard pewn piatk piekn pieknie pleas pleasant plus podoba poezj pokaza polec polite pomoc
    pomog pomogl poradzi porzadn precise prezent profesj profession prompt proper prosc prost przejrzy przyjem
    przystepn przytuln punctual punktual pyszn quick quiet rado reassur recommend reliab relie remember rescue
    resolv respons rewelac robust rozsadn rzeteln safe saved schludn serdeczn simpl skilled skuteczn slicz sluch
    smacz smiga smil smooth solid solidn solved spec spokojn spotless sprawn stabiln star staran straightforward
    stunning sturdy stylish sublime success super superb sweet swietn swiez swift sympat szacun szczesliw szostk
    sztos szybk talent tanio tansz tasty terminow terrific thank thorough tidy treat troskliw trust trwal uciesz
    uczciw udan upgrade uprzejm uratow useful usmiech uwazn uwielb value warm warto wdzieczn welcom well wonder
    working works worth wspanial wyborn wygod wyjasni wylecz wymieni wyrozumi wysluch wytlumacz wzorow zachwyc
    zadban zadowol zakochan zalatwi zaleta zart zaufa zauroczo zlot zna znaja znakom zrozumi zyczliw
    """
)
_BAD = _words(
    """
    absurd ache anger angry annoy arogan automated awari awful bad badly bajzel balagan bezczel beznadziej bill
    blad blame bland bled bol bola bolal boli bot brak brakuj break broke broken brudn bug burnt cancel chamsk
    chaos chaotic charge charged chase chased chasing cheapo cheat chip chwiej ciagl ciasn cieknie circle cisza
    cold collaps complain complaint complicat confus crack cramp crash crook crowd cut czeka czekal czwarty
    daleko damag damp dangerous dead dear declin defect delay deni denied dent difficult dirty disappoint
    disgrace disgust disorgan dlugo dopiero doplat dramat drog dropp drozej drozsz dust duszn error escalat
    excuse expens expire fade fail farce fataln fault fed fell filthy forgot forgott freez frustrat furious gbur
    glitch glosno glupi godzin gorsz gorzej grim grunt hair halas hard hell hidden horribl hung hurr hurt ignor
    ignored impossible insufficient issue joke kiepsk klopot kolejk kolejny koszmar kosztuj kpin krwaw krzycz
    kurz lack lacks late later leak lekcewaz lie lied lies lodow loop lose lost loud luszcz masakr mess miesiac
    miesiec milcz mislead missing mold monit mould music naciag nadal naiwn najgorsz nerw never niebezpiec
    niejasn niekompet niekomplet niemil niemozl nieporozum nieprofesj niestety nieuprzej niewygod niezrozum
    nigdzie nightmare nikt nobody noisy none nowhere obiecank obit obraz odeslan odklej odmow odpad odrzuc
    odsyla odwol okropn olal olew opozn opryskl oszu overbook overpric pain parano peel pek pity plak plesn
    podwyz pointless polam pomyl ponagl poor popsu porazk porys powoln pretens pricey problem prowiz przeciek
    przeklad przelo przepad przeplac przerw przerzuc przesun queu queue raw rdza rdzew refund refus reject
    reklam ridicul rip robot rozbi rozczar rozlacz rozlec rozpad rude rush rust sadly sag sagg salty scam
    scratch shame short shrink shrug shrunk sigh skandal skarg skompl skrzyp slab slepy slow smell smiec smierdz
    smrod snap snapp sore spozn spycholog squeak stain stairs stale steep stiff stink stluc strac strach stracil
    straszn stres stuck stuff surcharge syf sypie szkoda tasteless terribl tight tloczn tlok torn tragedi trocin
    trouble trudn trzeci twice tygodni uciazl ukryt unaccept unanswer unclear uncomf unfortunately unfriend
    unhelp unprof unreach unsafe urwa useless uszkod voicemail wait warn wciaz wkurz wobbl wolno worse worst
    wrong wrzask wsciek wstyd wysyp zabral zacin zagin zagmatw zamknel zapomin zapomn zarysow zawied zawies
    zawiod zby zbyw zdzier zenad zenuj zepsu zerw zgub zimn zla zlama zle zlikwid zlosc zly zmarnow znikn znow
    znowu
    """
)
_DENIAL = _words(
    """
    no not never nothing nobody none don't didn't doesn't can't cannot couldn't won't wasn't isn't aren't
    weren't wouldn't hasn't haven't nor without hardly barely nie nikt nic nigdy zaden zadnych zadna zadnego
    brak bez ani zero
    """
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SHORTEST, _TAIL, _SAFE = 3, 2, 4
_BEFORE = 3
_MOST = 2_000


def polarity(text: str) -> list[float]:
    """How many words praise and complain, how many of either are denied, and which are more; 0 to 2 each.

    A stem counts at the beginning of a word: one of three letters only where at most two follow.
    """
    spoken = _WORD.findall(fold(text[:_MOST]))
    sums = [0, 0, 0, 0]
    for at, word in enumerate(spoken):
        denied = 2 if _DENIAL.intersection(spoken[max(0, at - _BEFORE) : at]) else 0
        sums[denied] += _begins(word, _GOOD)
        sums[denied + 1] += _begins(word, _BAD)
    good, bad = sums[0] + sums[3], sums[1] + sums[2]
    counted = [min(3, number) / 1.5 for number in sums]
    return [*counted, float(good > bad), float(bad > good), float(not any(sums))]


def _begins(word: str, stems: frozenset[str]) -> bool:
    sizes = range(_SHORTEST, len(word) + 1)
    return any(word[:size] in stems and (size >= _SAFE or len(word) - size <= _TAIL) for size in sizes)
