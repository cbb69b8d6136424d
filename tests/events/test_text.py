"""Text from users: what the bot keeps of it, and when two names are equal."""

import unicodedata
from collections.abc import Callable

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.text import (
    MAX_DISPLAY_NAME,
    MAX_EVENT_NAME,
    MAX_PROOF,
    MAX_UNIT,
    clean_display_name,
    clean_event_name,
    clean_proof,
    clean_unit,
    name_key,
    shorten,
    visible,
)
from bot.errors import InvalidName, InvalidProof, Named, NameInvisible, NameTooLong, UnitBeginsWithDigit
from tests.hostile.texts import EMPTY
from tests.refusals import taken

RIGHT_TO_LEFT_OVERRIDE = "\u202e"
ZERO_WIDTH_SPACE = "\u200b"

MAKERS = [0x200C, 0x200D, *range(0xE0020, 0xE0080), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]
"""Characters that are invisible by themselves, but combine with others."""
MARK = "\u0336"
FAMILY, PIRATES = "👨\u200d👩\u200d👧", "🏴\u200d☠\ufe0f"


def flag(region: str) -> str:
    """Return the flag of a part of a country, as tags after a black flag."""
    return "🏴" + "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"


ENGLAND, SCOTLAND = flag("gbeng"), flag("gbsct")

anything = st.text(st.characters(exclude_categories=()))


def test_what_can_be_seen_is_kept_as_it_was_typed() -> None:
    kept = {
        "  Tetris \n\t Blitz ": "Tetris Blitz",
        f"Tetris{RIGHT_TO_LEFT_OVERRIDE} Blitz{ZERO_WIDTH_SPACE}": "Tetris Blitz",
        "a\x00b\x07c": "abc",
        "non\u00a0breaking\u3000spaces": "non breaking spaces",
        "Cafe\u0301": "Café",
        "**bold** <@1> `code`": "**bold** <@1> `code`",
        "Тетрис 俄罗斯方块 🎉": "Тетрис 俄罗斯方块 🎉",
        ZERO_WIDTH_SPACE: "",
        "\u3164Tetris\u2800": "Tetris",
        "\u2764\ufe0f": "\u2764\ufe0f",
    }
    assert {typed: visible(typed) for typed in kept} == kept


def test_what_makes_an_emoji_or_a_letter_is_kept() -> None:
    made = (
        FAMILY,
        PIRATES,
        "👩🏽\u200d🚀 🏳\ufe0f\u200d🌈 🙂\u200d↔\ufe0f 1\ufe0f\u20e3 ☎\ufe0e 🫨",
        f"{ENGLAND}{SCOTLAND}{flag('gbwls')} Cup",
        "می\u200cروم خانه\u200cها ه\u200d.ش.",  # noqa: RUF001 - it is Persian
        "क्\u200dष क्\u200cष",
        "ශ්\u200dරී ලංකා",
        "র\u200d্যাব",
        "ന\u0d4d\u200d",
        "葛\U000e0100飾 ᠠ\u180b",
        "ส้่๊๋ Z\u0335\u0336\u0337\u0338",
    )
    assert [visible(text) for text in made] == [unicodedata.normalize("NFC", text) for text in made]


def test_what_makes_nothing_is_removed() -> None:
    kept = {
        "Tet\u200dris \u200cBlitz\u200d": "Tetris Blitz",
        "👨\u200d\u200d👩 👧\u200d 👧\u200c👧": "👨👩 👧 👧👧",
        "کار\u200cها م\u200dن": "کارها من",  # noqa: RUF001 - it is Persian
        "5\ufe0f A\ufe00 a\U000e0100 \ufe0f": "5 A a",
        f"a{ENGLAND[1:]} {ENGLAND[1:]}": "a",
        f"{ENGLAND[:-1]} 🏴\U000e007f {flag('gbxxx')}": "🏴 🏴 🏴",
        "Z" + MARK * 36 + "oo" + "\u0301" * 36: "Z" + MARK * 4 + "oó" + "\u0301" * 4,
        "क" + "\u094d\u200d" * 36 + "ष": "क" + "\u094d\u200d" * 4 + "ष",
    }
    assert {typed: visible(typed) for typed in kept} == kept


def test_flags_tell_names_apart_and_joiners_do_not() -> None:
    assert len({name_key(f"{one} Cup") for one in (ENGLAND, SCOTLAND, "🏴", "")}) == 4
    assert name_key(f"{flag('gbxxx')} Cup") == name_key("🏴 Cup")
    for name in (FAMILY, PIRATES, "می\u200cروم", "क्\u200dष"):
        assert name_key(name) == name_key(name.translate(dict.fromkeys(MAKERS)))


def test_a_name_is_shortened_between_what_is_seen_as_one() -> None:
    whole = {FAMILY: 5, ENGLAND: 7, "ශ්\u200dරී": 5, "🇩🇪": 2, "é\u0336": 2, "👍🏽": 2}
    for name, length in whole.items():
        assert len(name) == length
        assert shorten(f"ab {name}", 3 + length) == f"ab {name}"
        for longest in range(3, 3 + length):
            assert shorten(f"ab {name}", longest) == "ab"
        assert clean_display_name("a" * 60 + " " + name * 4) == "a" * 60 + f" {name * (3 // length)}".rstrip()
    assert clean_display_name("👨\u200d" * 40 + "👨") == "👨\u200d" * 31 + "👨"


@given(text=anything)
@example(f"e{ZERO_WIDTH_SPACE}\u0301")
def test_visible_text_is_normal_and_stays_as_it_is(text: str) -> None:
    kept = visible(text)
    assert visible(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert shown_by_itself(kept) == kept.translate(dict.fromkeys(MAKERS))


def shown_by_itself(text: str) -> str:
    """Return the text without control characters and the like; regex knows a newer Unicode than Python does."""
    return regex.sub(r"\p{C}", "", text.translate(dict.fromkeys(MAKERS)))


def test_names_that_look_the_same_but_for_case_are_the_same_name() -> None:
    same = {
        "Tetris Blitz": "tETRIS  bLITZ",
        "Straße": "STRASSE",
        "ΣΊΣΥΦΟΣ": "σίσυφος",
        "CAFE\u0301": "café",
        f"40L{ZERO_WIDTH_SPACE} Sprint": "40l sprint",
        f"e{ZERO_WIDTH_SPACE}\u0301": "É",
        "Tetris\u3164": "Tetris\ufe0f",
        "40L \ufe0f Sprint": "40L Sprint",
    }
    assert {name: name_key(name) for name in same} == {name: name_key(other) for name, other in same.items()}


def test_names_with_other_letters_are_other_names() -> None:
    other = {"Tetris": "Tetris 2", "İstanbul": "Istanbul", "40L": "4OL"}
    assert [name for name in other if name_key(name) == name_key(other[name])] == []


@given(name=st.text(max_size=MAX_EVENT_NAME))
def test_the_key_of_any_name_fits_its_column(name: str) -> None:
    assert len(name_key(name)) <= 300


def test_the_key_of_the_name_that_grows_most_fits_its_column() -> None:
    assert len(name_key("\u0390" * MAX_EVENT_NAME)) <= 300


def test_a_name_needs_something_that_can_be_seen() -> None:
    for clean in (clean_event_name, clean_unit):
        assert taken(clean, EMPTY, NameInvisible) == []


def test_a_name_and_a_unit_are_bounded_after_cleaning() -> None:
    longest = "a" * MAX_EVENT_NAME
    assert clean_event_name(longest + ZERO_WIDTH_SPACE) == longest
    assert clean_unit(" sixteen letters! ") == "sixteen letters!"
    for clean, most, named in ((clean_event_name, MAX_EVENT_NAME, Named.EVENT), (clean_unit, MAX_UNIT, Named.UNIT)):
        with pytest.raises(NameTooLong) as refusal:
            clean("a" * (most + 1))
        assert (refusal.value.named, refusal.value.longest, refusal.value.length) == (named, most, most + 1)


def test_a_unit_begins_with_no_digit() -> None:
    assert taken(clean_unit, ("12", "3 lines", "\u200b7", "\u0661", "²"), UnitBeginsWithDigit) == []
    assert [clean_unit(unit) for unit in ("m²", "$", "lines3", "%")] == ["m²", "$", "lines3", "%"]


@pytest.mark.parametrize(("clean", "longest"), [(clean_event_name, MAX_EVENT_NAME), (clean_unit, MAX_UNIT)])
@given(text=anything)
def test_any_text_is_a_name_that_can_be_seen_or_refused(clean: Callable[[str], str], longest: int, text: str) -> None:
    try:
        name = clean(text)
    except InvalidName:
        return
    assert len(name) <= longest
    assert clean(name) == name
    assert name_key(name)


@given(name=anything)
def test_a_display_name_is_never_refused_empty_or_too_long(name: str) -> None:
    assert 1 <= len(clean_display_name(name)) <= MAX_DISPLAY_NAME


def test_a_display_name_that_cannot_be_seen_is_called_so() -> None:
    assert {typed: clean_display_name(typed) for typed in EMPTY} == dict.fromkeys(EMPTY, "(no name)")


def test_a_proof_is_a_link_or_nothing() -> None:
    links = {
        None: None,
        "": None,
        "  ": None,
        " https://example.com/run?id=1#t=2 ": "https://example.com/run?id=1#t=2",
        "http://example.com": "http://example.com",
        "HTTPS://EXAMPLE.COM/x": "HTTPS://EXAMPLE.COM/x",
    }
    assert {typed: clean_proof(typed) for typed in links} == links


def test_a_proof_that_is_no_link_is_refused() -> None:
    proofs = (
        "example.com",
        "javascript:alert(1)",
        "ftp://example.com/run",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "http://[",
        "http://[::1",
        "https://example.com/a b",
        "https://example.com/>x<",
        f"https://example.com/{RIGHT_TO_LEFT_OVERRIDE}",
        "https://example.com/\n@everyone",
        "https://example.com/" + "a" * 500,
        "a proof",
    )
    assert taken(clean_proof, proofs, InvalidProof) == []


@given(text=anything, scheme=st.sampled_from(["", "http://", "https://", "HTTPS://x", "https://[::1", "https://x:"]))
def test_any_text_is_nothing_a_link_in_one_piece_or_refused(scheme: str, text: str) -> None:
    try:
        link = clean_proof(scheme + text)
    except InvalidProof:
        return
    if link is None:
        assert not text.strip()
    else:
        assert link.lower().startswith(("http://", "https://"))
        assert len(link) <= MAX_PROOF
        assert not any(c in "<>" or c.isspace() or regex.match(r"\p{C}", c) for c in link)
