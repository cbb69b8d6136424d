"""Every character of the listed scripts can be drawn, and any other character is not an empty box."""

from collections.abc import Iterator

import pytest
from fontTools.ttLib import TTFont

from bot.ui.pictures import COVERAGE, FONTS, UNKNOWN, drawable
from tests.one_database import on_one_database

pytestmark = on_one_database

SCRIPTS = {
    "Latin": "ABCXYZabcxyz ÀÉÎÕÜ àéîõü ÅØÆ åøæ ß Łł Ğğ Şş İı Čč Řř Žž Őő Ųų Ạạ Ớớ Ửử Ɓɓ ₿ €",
    "Cyrillic": "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ абвгдеёжзийклмнопрстуфхцчшщъыьэюя ІіЇїЄєҐґ Ўў Ђђ Љљ Әә Өө Үү",
    "Greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ αβγδεζηθικλμνξοπρσςτυφχψω άέήίόύώ ΐΰ ἀᾧ",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي ءآأؤإئةى پچژگکی ٠١٢٣٤٥٦٧٨٩ َُِّْ ﷽",
    "Hebrew": "אבגדהוזחטיכךלמםנןסעפףצץקרשת שָׁלוֹם ־׳״",
    "Devanagari": "अआइईउऊऋएऐओऔ कखगघङचछजझञटठडढणतथदधनपफबभमयरलवशषसह ािीुूृेैोौ्ंःँ क्षत्रज्ञ ०१२३४५६७८९",
    "Thai": "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ ะาำิีึืุูเแโใไ ่้๊๋์ ๐๑๒๓๔๕๖๗๘๙",
    "Japanese": "あいうえおがぎぐげごんっゃゅょ アイウエオガギグゲゴンッャュョヴー ｱｲｳ 東京大阪桜龍翔凛ツ彡「」々〆",
    "Korean": "가나다라마바사아자차카타파하 김이박최정강조윤장임 꽃뷁똠펲힣 ㅋㅋㅎㅎㅠㅠ",
    "Chinese": "王李张刘陈杨赵黄周吴 王李張劉陳楊趙黃周吳 龍龙鳳凤喆瑀昀玥璟 汉漢国國",
    "emoji": "😀😂🥇🥈🥉🏆🔥💯🎮👑⚡❤️☠️👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈🏴‍☠️🏴󠁧󠁢󠁥󠁮󠁧󠁿🇩🇪🇯🇵🐻‍❄️👩‍❤️‍💋‍👨🧑🏿‍🎤1️⃣",
    "signs of names": "★☆♥♡♪♫✿❀⚔︎➤◆●■△▲◇①Ⓐ™©®°²½×÷→←↑↓∞≈≠ 𝓐𝓷𝓪 𝔄𝔫𝔞 𝕬𝖓𝖆 ᗩᑎᗩ ᎪᏁ ꧁༺༻꧂ ᴀʙᴄ Ａｎａ ᛟ",
}
"""The scripts whose names appear unchanged in pictures."""
JOINED = ("👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🏴‍☠️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪", "🐻‍❄️", "👩‍❤️‍💋‍👨", "🧑🏿‍🎤")


@pytest.mark.parametrize("script", SCRIPTS)
def test_each_character_of_a_script_can_be_drawn(script: str) -> None:
    assert drawable(SCRIPTS[script]) == SCRIPTS[script]


def test_what_the_fonts_are_said_to_cover_is_what_they_have() -> None:
    # If this fails, run `make fonts` to write `coverage.txt` again.
    said: dict[str, set[int]] = {}
    for line in COVERAGE.read_text().splitlines():
        family, _, ranges = line.partition(": ")
        said.setdefault(family, set()).update(characters_of(ranges))
    had: dict[str, set[int]] = {}
    for file in FONTS.glob("*.?tf"):
        with TTFont(file) as font:
            had.setdefault(font["name"].getBestFamilyName(), set()).update(font.getBestCmap())
    assert said == {family: {one for one in characters if one >= ord(" ")} for family, characters in had.items()}


def characters_of(ranges: str) -> Iterator[int]:
    for part in ranges.split():
        first, _, last = part.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


@pytest.mark.parametrize("emoji", JOINED)
def test_emoji_that_are_joined_are_one_glyph(emoji: str) -> None:
    with TTFont(FONTS / "Twemoji.ttf") as font:
        names = [font.getBestCmap()[ord(part)] for part in emoji]
        ligatures = [
            (first, *ligature.Component)
            for lookup in font["GSUB"].table.LookupList.Lookup
            for table in lookup.SubTable
            for first, of_first in getattr(table, "ligatures", {}).items()
            for ligature in of_first
        ]
    shown = [names, [name for name, part in zip(names, emoji, strict=True) if part != "\ufe0f"]]
    assert any(tuple(one) in ligatures for one in shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ana 𓀀𓀁", f"Ana {UNKNOWN}{UNKNOWN}"),
        ("\ue000", UNKNOWN),
        # If no font has the mark of a letter, the letter is drawn without it.
        ("a\U0001e8d0", "a"),
        ("", ""),
    ],
)
def test_what_no_font_has_is_shown_as_unknown(text: str, shown: str) -> None:
    assert drawable(text) == shown
