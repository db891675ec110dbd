"""How plausible words are in an encoding: which letters they have, and beside which others."""

import codecs
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from graphnet.messages import Message, finished

COMMON_HANGUL = set(
    "이다는에의을가고하지로기사한어리나은시대자도인서스정아일보수부장해과상적전구조라지원제주그"
    "여동국성만공군환건강경비소신안마관계들할모게으며와위우연오면유당실회화되때문학중청남여자년"
    "월미산용내교양진단무방분질병울세개선통영심현생거재호형포천광목김박최정없음정"
)
# The characters that are met most, and those of places, persons and clinics; the traditional forms
# of those that have one follow.
COMMON_HANZI = set(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过"
    "发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本"
    "前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很"
    "最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度"
    "门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电"
    "数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马"
    "科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万"
    "取拉格望觉术领共确传师观清今切院让识候带导争运病患健康照男疾组症精裂郁抑双焦虑障碍医六九七八"
    "京津沪渝苏浙川湘华协附属省城广州深圳武汉成都杭南昆沈阳哈尔滨青岛郑济合肥福厦门雅瑞宁波大连"
    "台湾港澳新乡河湖江苏云贵陕甘徽龙吉林辽蒙古西藏疆赵钱孙李周吴陈刘黄杨朱何郭罗梁宋谢唐许韩冯邓"
    "曹彭曾萧田董袁潘蔡蒋余杜叶魏程吕丁沈任姚卢姜崔钟谭陆汪范石廖贾夏韦付白邹孟熊秦邱汉族未婚右左"
    "首复服药用氮平氯奥利培酮低中初专硕博士岁否幻听妄想评分量表站点中心扫描仪器影像脑"
    "對國學會體經長東車門開時間電話語說讀書見頭發點樣進過還這個們為來從後無與業號線組類屬醫療"
    "歲臺灣廣華鄭劉陳張黃楊趙吳許蔣謝韓羅葉蕭憂鬱雙極礙標準實驗數據關係統計藥婦兒神經內外科長庚"
)
TYPOGRAPHY = set("“”„‘’‚«»‹›–—…")
SYMBOLS = set("°±µ²³€§©®·%‰×÷½¼¾ªº")
VOWELS = set("aeiouyæœøåıAEIOUYÆŒØÅİ")
CYRILLIC = re.compile("[А-ЯЁІЇЄҐ]?[а-яёіїєґ]+|[А-ЯЁІЇЄҐ]{2,}")
AMONG_LATIN = re.compile(r"[^\x00-\x7f][a-z]|[a-z][^\x00-\x7f]")
GRAVE = set("àèìòùêâ")  # in French and Italian after a consonant, i or u
UNLIKELY, POOR = 0.1, 0.3


def decoded(word: bytes, codec: str) -> str:
    """A word as text, without the first bytes of a character that the end of a long one cuts.

    Raises:
        UnicodeDecodeError: it is written in another encoding.

    """
    return codecs.getincrementaldecoder(codec)().decode(word)


@dataclass(frozen=True)
class Candidate:
    """An encoding that a table may have; ``prior`` is how common it is for tables, 0 to 1."""

    codec: str
    label: Message
    prior: float
    score: Callable[[str, str], float]

    def reads(self, body: bytes) -> bool:
        """Whether all of it can be decoded."""
        try:
            body.decode(self.codec)
        except UnicodeDecodeError:
            return False
        return True

    def plausibility(self, words: Sequence[bytes]) -> float:
        """From 0 (nobody writes that) to 1; 0 where a word cannot be decoded."""
        try:
            texts = [decoded(word, self.codec) for word in words]
        except UnicodeDecodeError:
            return 0.0
        return self.prior * sum(self.score(text, self.codec) for text in texts) / len(texts)


def _mean(scores: Sequence[float]) -> float:
    return sum(scores) / len(scores) if scores else 0.0


def _eastern(score: Callable[[str, bytes], float]) -> Callable[[str, str], float]:
    """The mean over the characters; of one that stands among Latin letters little is believed."""

    def scored(text: str, codec: str) -> float:
        scores = [
            score(letter, letter.encode(codec, "replace"))
            for letter in text
            if not letter.isascii()
        ]
        return _mean(scores) * (UNLIKELY if AMONG_LATIN.search(text) else 1.0)

    return scored


def _simplified(letter: str, code: bytes) -> float:
    """GB 2312 holds what is common: 3,755 characters by sound, then 3,008 rarer ones."""
    if letter in COMMON_HANZI:
        return 1.0
    if len(code) != 2 or code[1] < 0xA1:
        return UNLIKELY
    if code[0] in {0xA1, 0xA3}:
        return 1.0
    return 0.8 if 0xB0 <= code[0] <= 0xD7 else POOR


def _traditional(letter: str, code: bytes) -> float:
    """Big5: punctuation, then 5,401 common characters from 0xA440."""
    if letter in COMMON_HANZI or code[0] == 0xA1:
        return 1.0
    return 0.5 if 0xA4 <= code[0] <= 0xC6 else POOR


def _japanese(_: str, code: bytes) -> float:
    """Shift JIS: kana and the 2,965 common kanji; katakana of half width are rare."""
    if len(code) == 1:
        return UNLIKELY
    return 1.0 if code[0] in {0x81, 0x82, 0x83} or 0x88 <= code[0] <= 0x97 else POOR


def _korean(letter: str, _: bytes) -> float:
    return 1.0 if letter in COMMON_HANGUL else UNLIKELY


def _cyrillic(text: str, _: str) -> float:
    """Words of Cyrillic letters alone, of three letters or more, with one capital or only such."""
    words = [word for word in re.split(r"[^\w]+|[\d_]+", text) if word and not word.isascii()]
    symbols = [sign for sign in text if not sign.isascii() and not sign.isalpha()]
    scores = [_cyrillic_word(word) for word in words]
    return _mean(scores + [UNLIKELY] * len(symbols))


def _cyrillic_word(word: str) -> float:
    if not CYRILLIC.fullmatch(word):
        return 0.0
    if len(word) < 3:
        return POOR
    return 0.6 if word.isupper() else 1.0


def _latin(text: str, _: str) -> float:
    """Accented letters stand among plain ones, vowels beside consonants."""
    if not re.search("[A-Za-z]", text) and any(
        letter.isalpha() for letter in text if letter not in SYMBOLS
    ):
        return UNLIKELY
    padded = f" {text} "
    return _mean(
        [
            _beside(padded[place - 1], letter, padded[place + 1])
            for place, letter in enumerate(padded)
            if not letter.isascii()
        ]
    )


def _beside(before: str, letter: str, after: str) -> float:
    if not letter.isalpha() or letter in SYMBOLS:
        return _sign(before, letter, after)
    if not unicodedata.name(letter, "").startswith("LATIN"):
        return UNLIKELY
    if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
        return UNLIKELY
    if not (before.isalpha() or after.isalpha()):
        return UNLIKELY
    return min(_alternates(before, letter, after), _in_language(before, letter, after))


def _sign(before: str, sign: str, after: str) -> float:
    inside = before.isalpha() and after.isalpha()
    if sign == "’" or (sign in TYPOGRAPHY and not inside):
        return 1.0
    beside_ascii = before.isascii() and after.isascii()
    return 1.0 if sign in SYMBOLS and beside_ascii and not inside else UNLIKELY


def _in_language(before: str, letter: str, after: str) -> float:
    """What the languages allow that have the letter: Spanish, Portuguese, French, Hungarian."""
    wrong = (
        (letter == "ñ" and not _is_vowel(after))
        or (letter == "ã" and after.isalpha() and after not in "oes")
        or (letter == "ă" and after in "oe")
        or (letter == "õ" and after != "e")
        or (letter in GRAVE and before in "aeoyé")
    )
    return POOR if wrong else 0.7 if letter == "û" else 1.0


def _alternates(before: str, letter: str, after: str) -> float:
    vowels = [_is_vowel(other) for other in (before, after) if other.isalpha() and other != letter]
    if letter in "ãõ" and after in "oe":
        return 1.0
    unlike = sum(vowel != _is_vowel(letter) for vowel in vowels)
    return 0.5 if unlike == 0 else 0.8 + 0.2 * unlike / len(vowels)


def _is_vowel(letter: str) -> bool:
    return unicodedata.normalize("NFD", letter)[0] in VOWELS


CANDIDATES = (
    Candidate("gb18030", finished("GBK"), 1.0, _eastern(_simplified)),
    Candidate("cp1252", finished("Windows-1252 (Latin-1)"), 1.0, _latin),
    Candidate("big5hkscs", finished("Big5"), 0.85, _eastern(_traditional)),
    Candidate("cp932", finished("Shift JIS"), 0.9, _eastern(_japanese)),
    Candidate("cp949", finished("EUC-KR"), 0.9, _eastern(_korean)),
    Candidate("cp1251", Message("readers_text.windows-1251"), 1.0, _cyrillic),
    Candidate("cp1250", Message("readers_text.windows-1250"), 0.7, _latin),
    Candidate("mac_roman", finished("Mac Roman"), 0.7, _latin),
    Candidate("cp850", finished("DOS 850"), 0.7, _latin),
)
