"""Words that cannot name a theme alone, by kind. English and Polish dictionary forms, plus forms a dictionary misses.

Word forms that follow a rule (adverbs in -ly, Polish infinitives) are told by `word_kinds`, not listed here.
"""


def words_of(text: str) -> frozenset[str]:
    """The words of a list."""
    return frozenset(text.split())


_ENGLISH_LINKS = words_of("of in for to on at by with without from per the a an and & around between my your our")
_POLISH_LINKS = words_of("w we z ze do na od bez dla po przy przed za pod nad między i o")
LINKS = {"en": _ENGLISH_LINKS, "pl": _POLISH_LINKS}
"""Words that may stand inside a phrase, by language."""

NUMERALS = words_of(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half quarter dozen
    first second third fourth fifth sixth seventh eighth ninth tenth last next twice once double couple several
    jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście czternaście
    piętnaście szesnaście siedemnaście osiemnaście dziewiętnaście dwadzieścia trzydzieści czterdzieści pięćdziesiąt
    sześćdziesiąt siedemdziesiąt osiemdziesiąt dziewięćdziesiąt sto dwieście trzysta czterysta pięćset sześćset
    siedemset osiemset dziewięćset tysiąc milion pół półtora półtorej ćwierć połowa dwoje troje obaj obie oba dwie
    pierwszy drugi druga trzeci czwarty piąty szósty trzecia siódmy ósmy ósma dziewiąty dziesiąty kolejny
    następny ostatni
    kilka kilkanaście parę dwójka trójka
    """
)

VAGUE = words_of(
    """
    time day week month year hour minute second moment while morning evening afternoon night today tomorrow yesterday
    ago way lot bit people person man woman guy somebody place side end start beginning part kind sort type case fact
    reason point number amount rest matter example problem issue question idea hand word name level everything
    experience help work length life husband wife
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday km kg mb gb pln eur gbp usd pound dollar euro
    czas dzień tydzień miesiąc rok godzina minuta sekunda moment chwila rano wieczór południe dzisiaj dziś wczoraj
    jutro doba lato lata sposób rzecz sprawa osoba człowiek ludzie ktoś pan pani miejsce strona koniec początek
    powód problem pytanie raz ciąg słowo rada reszta część liczba ilość przykład przypadek fakt różnica możliwość
    brak razie styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
    poniedziałek wtorek środa czwartek piątek sobota niedziela zł złoty grosz kilometr metr
    kilo szt proszenie wczoraj porządek minus plus drobiazg uwaga próba życie mąż żona
    """
)
"""Nouns that hardly say what is spoken of: they stand in phrases, but a name needs another noun."""

VERBS = words_of(
    """
    decline expire recognize reactivate authorize authorise terminate revert identify freeze thought didnt dont wasnt
    accept achieve activate add advertise agree aim allow announce apologise apologize appear apply appreciate approve
    arrange arrive ask assume attach avoid become beg begin believe belong blame blow borrow bother break bring build
    buy calculate cancel carry catch cause chase cheat choose claim clarify climb close collect come commute compare
    complain complete confirm confuse connect consider contain continue convince cope correct cost cover create cry cut
    cycle dare deal decide declare deduct delete deliver deny depend deserve disappear discover discuss disturb divide
    double doubt download drink drive drop earn eat email enable encourage end enjoy enter exchange exist expect explain
    fail fall feel fill find finish fit fix fly follow forget forgive freeze gain gather grow guess handle hang happen
    hate hear hesitate hide hit hold hope hurt ignore imagine improve include increase inform install insist introduce
    invite involve join jump keep kill know lack lead learn leave lend lie listen live load look lose love manage
    matter mean meet mention mind miss mix move notice obtain occur offer open operate order organise owe pass pause
    pay perform pick plan play please point pour prefer prepare pretend prevent proceed process produce promise protect
    prove provide pull push puzzle quit raise reach react read realise realize receive recognise recommend reduce
    refuse regret rely remain remember remind remove renew reply require rescue reschedule resolve respect rest
    restore retrieve ring rise rob ruin run save schedule seem select sell send separate serve set settle shake shout
    show shut sign sit sleep slip smell solve sound speak specify spend stand start stay steal stick stop store submit
    suffer suggest suit suppose suspect switch tell tend think throw trust understand unlock update upset verify visit
    wait wake walk warn wash waste watch wear wish wonder worry write
    felt left
    """
) - words_of(
    # Nouns as often as verbs where people speak of a service.
    """
    cost cover deal email exchange offer order pause plan process promise reply schedule sign store switch update visit
    wait waste trust respect load mix drop fit fix claim doubt smell sound store walk watch cycle regret lack drive ring
    """
)

ADJECTIVES = words_of(
    """
    brilliant informative satisfactory professional attentive supportive efficient able absent actual adult
    afraid alone angry annual annoyed annoying automatic available average awful awkward bad
    basic beautiful big bigger biggest black blue boring brief bright broken brown busy calm careful careless certain
    cheap cheaper cheapest clean clear clearer clever close cold comfortable common compulsory confused confusing
    constant convenient cool correct crazy current daily damp dangerous dark dead dear decent deep different difficult
    digital dirty disappointed disappointing double dry due dull each earlier early easier easy electric empty english
    enough entire equal essential exact excellent expensive extra fair false familiar famous fancy fantastic far fast
    faster few final fine firm fixed flat flexible foreign free frequent fresh friendly full fun funny future general
    gentle genuine german glad good gorgeous grateful great green grey guilty half handy happy hard harder healthy heavy
    helpful high higher honest horrible hot huge human hungry ideal ill immediate important impossible incorrect
    individual instant interesting kind large larger last late later latest lazy least less light lighter likely little
    local lonely long longer loose loud lovely low lower lucky mad main major male female married mechanical medical
    mental messy minor minimum maximum missing mobile modern monthly weekly yearly more most narrow national near neat
    necessary negative nervous new newer next nice noisy normal obvious odd official ok okay old older online only open
    opposite ordinary original other outside overall own painful past patient perfect permanent personal physical plain
    prompt multiple
    pleasant pleased polish polite poor popular positive possible previous private proper proud public pure quick
    quicker
    quiet random rare raw ready real reasonable recent red regular relevant reliable remote rich right rough rude sad
    safe same satisfied secure separate serious several severe shabby sharp short shorter sick silent silly similar
    simple simpler single slight slow slower small smaller smart smooth social soft sorry special specific spare stable
    standard steep straight strange strict strong stupid sudden sufficient suitable super sure surprised sweet tall
    technical terrible thick thin tidy tight tiny tired top total tough true typical ugly unable unclear unfair unhappy
    unknown unusual upset urgent usual vague valid valuable various vast visible warm weak weird welcome wet white whole
    wide wild wise wonderful wooden worse worst worth wrong yellow young younger
    """
)

ADVERBS = words_of(
    """
    abroad actually afterwards ahead alike apart aside away back backwards barely before beforehand below beside besides
    better best beyond down downstairs elsewhere enough fast forever forward here hence indoors inside instead
    later least
    less maybe meanwhile more moreover most near nearby never next nowadays nowhere often ok otherwise outdoors outside
    overnight perhaps please properly quite rather seldom somehow sometimes somewhere soon sooner straight then there
    therefore thus together too twice upstairs well wherever why worse worst
    blisko chętnie choć chociaż choćby częściej często dalej daleko dawno dokładnie dopiero drogo drożej fajnie głównie
    ile inaczej jakby jednocześnie jutro krótko lepiej latem łatwiej mało miesięcznie mniej mniejsza najbardziej
    najlepiej
    najpierw najwyżej naprawdę natychmiast niestety niedługo niewiele nieraz obok obecnie odtąd ogólnie osobno ostatnio
    parę pewno pieszo podobno ponad ponieważ ponownie potem później pośpiesznie powoli prawie prościej przynajmniej
    realnie rzadko samemu skoro stąd super szczególnie szybciej szczerze taniej teraz trochę tuż wcale wcześniej wczoraj
    więcej właściwie właśnie wolniej wprost wreszcie wstępnie wspólnie wyłącznie wszędzie zaraz zazwyczaj zbyt zimą
    znacznie
    zwykle źle dotąd dlatego dosyć dużo widać trzeba warto szkoda wiadomo proszę przepraszam dziękuję prostu
    """
)

FUNCTION = words_of(
    """
    nobody somebody noone anybody everybody thing things me it'd that'd who'd they'd there's isn doesn don didn couldn
    between among amongst during against towards toward across along beyond except under throughout within via
    mine yours hers ours theirs another anymore
    wouldn shouldn hadn mustn needn ain ve ll re cos cuz though although despite unless whereas whether unlike versus
    able gonna wanna gotta hello hi hey dear regards etc eg ie pm am please yeah nope oh ok okay
    nikt ktoś cokolwiek ktokolwiek któryś jakikolwiek żeby zeby byś byście byśmy choć chociaż jakby niby zanim skoro
    ponieważ aczkolwiek zamiast wobec wśród spośród dookoła wokół naprzeciw mimo poza podczas ponad prócz oprócz spod
    znad sobie siebie się sie swój swoja swoje nasz wasz wszystek jakoby oto ów owszem niechaj niemal toteż zatem więc
    bowiem np itd itp tzn tzw pln zł szt juz bylo byl byla tez az jescze wiec takze ktos cos sa tego państwo
    didnt dont doesnt isnt wasnt cant wont couldnt havent hasnt płacę
    jest są był była było być mieć móc musieć chcieć powinien powinno powinna należy można trzeba wolno czyjś sam samo
    """
)
"""Function words beyond the stop words, as dictionary forms or typed without their marks."""

NOUNS_LIKE_VERBS = words_of(
    """
    sieć pamięć chęć płeć śmierć część kość złość wieść treść pięść powieść opowieść nić łokieć paznokieć gość liść
    ćwierć zawiść boleść zapaść garść teść żółć nać połać
    """
)
"""Polish nouns that end as infinitives do."""

PLURAL_NOUNS = words_of(
    """
    drzwi nożyczki spodnie okulary schody urodziny imieniny wakacje ferie nudy chipsy wrota grabie sanie skrzypce usta
    zakupy finanse dane klocki narty dżinsy jeansy święta plecy włosy słuchawki przeprosiny obchody alimenty negocjacje
    peryferie studia korki dodatki bliźniaki
    """
)
"""Polish nouns whose dictionary form ends as an adjective's may, or that have no singular."""
