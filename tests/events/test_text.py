"""Text that users typed: what is kept of it, and when two names are the same."""

import unicodedata
from collections.abc import Callable

import pytest
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
    visible,
)
from bot.errors import InvalidName, InvalidProof, Named, NameInvisible, NameTooLong
from tests.hostile.texts import EMPTY
from tests.refusals import taken

RIGHT_TO_LEFT_OVERRIDE = "\u202e"
ZERO_WIDTH_SPACE = "\u200b"

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


@given(text=anything)
@example(f"e{ZERO_WIDTH_SPACE}\u0301")
def test_visible_text_is_normal_and_stays_as_it_is(text: str) -> None:
    kept = visible(text)
    assert visible(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not any(unicodedata.category(character).startswith("C") for character in kept)


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
    assert clean_unit(" 16 characters!! ") == "16 characters!!"
    for clean, most, named in ((clean_event_name, MAX_EVENT_NAME, Named.EVENT), (clean_unit, MAX_UNIT, Named.UNIT)):
        with pytest.raises(NameTooLong) as refusal:
            clean("a" * (most + 1))
        assert (refusal.value.named, refusal.value.longest, refusal.value.length) == (named, most, most + 1)


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
        "https://example.com/" + "a" * 300,
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
        assert not any(c in "<>" or c.isspace() or unicodedata.category(c)[0] == "C" for c in link)
