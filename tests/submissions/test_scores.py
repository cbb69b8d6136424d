"""Scores as text: what players may type, and how scores are shown."""

from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.scores import MAX_DECIMALS, MAX_SCORE, MAX_TEXT, ScoreFormat, ScoreStyle
from bot.domain.text import MAX_UNIT, clean_unit, name_key
from bot.errors import (
    CommaInNumber,
    CommaInTime,
    InvalidScore,
    NotANumber,
    NotATime,
    ScoreOutOfRange,
    ScoreTooLong,
    TimeNotNumber,
)
from tests.refusals import outcome, taken

NUMBER = ScoreStyle()
POINTS = ScoreStyle(unit="points")
LONG_UNIT = ScoreStyle(unit="lines per minute")
TIME = ScoreStyle(ScoreFormat.TIME)
STYLES = [NUMBER, POINTS, LONG_UNIT, TIME]


def _typed(units: int, decimals: int) -> float:
    return float(Decimal(units).scaleb(-decimals))


storable = (
    st.builds(_typed, st.integers(1, MAX_SCORE * 10**MAX_DECIMALS - 1), st.just(MAX_DECIMALS))
    | st.integers(0, MAX_DECIMALS).flatmap(lambda d: st.builds(_typed, st.integers(1, 10 ** (d + 6)), st.just(d)))
).filter(lambda score: score < MAX_SCORE)
"""Every score that somebody can have typed: up to nine decimals, above 0, below the limit."""

styles = st.sampled_from(STYLES) | st.builds(
    ScoreStyle, unit=st.text(min_size=1, max_size=MAX_UNIT).filter(name_key).map(clean_unit)
)
"""Every style that an event can have."""
anything = st.text(st.characters(exclude_categories=()), max_size=60)
almost_scores = st.text(alphabet="0123456789.,:;s -+_eE'naif\u0661½²\u00a0\u202e", max_size=40)
almost_right = st.from_regex(
    r"\A([0-9]{1,10}|[0-9]{1,3}(,[0-9]{3}){1,2}|([0-9]{1,6}:)?[0-9]{1,4}:[0-5][0-9])(\.[0-9]{1,9})?s?\Z"
)


def test_a_number_is_read_as_it_is_typed() -> None:
    scores = {
        "12345": 12345.0,
        "12,345.5": 12345.5,
        "999,999,999": 999_999_999.0,
        "1,234": 1234.0,
        "1,234,567": 1_234_567.0,
        "0.000000001": 1e-9,
        ".5": 0.5,
        "007": 7.0,
        "  42\t": 42.0,
    }
    assert {text: outcome(NUMBER.parse, text) for text in scores} == scores


def test_a_duration_is_read_in_seconds_minutes_and_hours() -> None:
    seconds = {
        "83.456": 83.456,
        "59.5s": 59.5,
        "59.5 s": 59.5,
        "1:23.456": 83.456,
        "0:07": 7.0,
        "90:00": 5400.0,
        "1:02:03.4": 3723.4,
        "100:00:00": 360_000.0,
        "3600": 3600.0,
    }
    assert {text: outcome(TIME.parse, text) for text in seconds} == seconds


def test_the_unit_of_the_event_may_be_typed_or_left_out() -> None:
    texts = ("12345 points", "12,345   points", "12345")
    assert {text: outcome(POINTS.parse, text) for text in texts} == dict.fromkeys(texts, 12345)


def test_only_the_unit_of_the_event_may_follow_a_number() -> None:
    texts = ("12345 seconds", "points", "points 12345", "12345 points points")
    assert taken(POINTS.parse, texts, InvalidScore) == []


NO_SCORES = (
    "",
    " ",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "-1",
    "+1",
    "−1",
    "0",
    "0.0",
    "0.000000000",
    "1e9",
    "1E-3",
    "0x10",
    "1_000",
    "1 000",
    "1.",
    "1.2.3",
    "1.0000000001",
    "١٢٣",
    "１２３",  # noqa: RUF001 - full-width digits are the point
    "½",
    "²",
    "1" * 300,
    "0" * 300 + "1",
    "1,5",
    "1,2345",
    "12,34",
    ",123",
    "1,234,56",
    "1234,567",
    "1,234.",
    "1000000000",
    "1,000,000,000",
    "999999999.999999999",  # the nearest double is the limit itself
    "1:2",
    "1:60",
    "1:60:00",
    "1:2:03",
    "1:1:1:1",
    ":30",
    "1:",
    "-1:30",
    "0:00",
    "99999999:59:59",
    "'; DROP TABLE players; --",
    "\x0042",
    "∞",
    "-Infinity",
    "x²",
    "1h",
    "a lot",
    "1.234.567,89",
    "1:" * 150,
    "277777:46:40",
    "999999999.9999999999",
    "\u0661:00",
)
"""What is a score in no style."""


def test_what_is_no_score_is_refused() -> None:
    assert [one for style in STYLES for one in taken(style.parse, NO_SCORES, InvalidScore)] == []


def test_a_refusal_tells_what_is_wrong_with_the_text() -> None:
    refusals: dict[tuple[ScoreStyle, str], tuple[object, ...]] = {
        (NUMBER, "1,5"): (CommaInNumber,),
        (NUMBER, "0"): (ScoreOutOfRange,),
        (NUMBER, "1000000000"): (ScoreOutOfRange,),
        (NUMBER, "1" * 300): (ScoreTooLong, MAX_TEXT),
        (NUMBER, "1.0000000001"): (NotANumber, MAX_DECIMALS),
        (NUMBER, "fast"): (NotANumber, MAX_DECIMALS),
        (NUMBER, "1:23.456"): (TimeNotNumber,),
        (NUMBER, "1:02:03.4"): (TimeNotNumber,),
        (TIME, "fast"): (NotATime,),
        (TIME, "1:60"): (NotATime,),
        (TIME, "0:00"): (ScoreOutOfRange,),
        (TIME, "277777:46:40"): (ScoreOutOfRange,),
        (TIME, "1:" * 150): (ScoreTooLong, MAX_TEXT),
        # A time has no commas at all.
        (TIME, "12,345.5"): (CommaInTime,),
        (TIME, "1,234"): (CommaInTime,),
        (TIME, "1,5"): (CommaInTime,),
        (TIME, "1:23,5"): (CommaInTime,),
    }
    assert {(style, text): outcome(style.parse, text) for style, text in refusals} == refusals


def test_a_score_is_shown_in_the_format_of_its_event() -> None:
    shown = {
        (NUMBER, 12345.5): "12,345.5",
        (NUMBER, 100.0): "100",
        (NUMBER, 999_999_999.0): "999,999,999",
        (NUMBER, 1e-9): "0.000000001",
        (POINTS, 12345.0): "12,345 points",
        (TIME, 1e-9): "0.000000001s",
        (TIME, 59.999): "59.999s",
        (TIME, 60.0): "1:00",
        (TIME, 83.456): "1:23.456",
        (TIME, 67.05): "1:07.05",
        (TIME, 3600.0): "1:00:00",
        (TIME, 3723.4): "1:02:03.4",
    }
    assert {(style, score): style.show(score) for style, score in shown} == shown


def test_a_change_is_shown_with_its_sign_and_without_binary_dust() -> None:
    shown = {
        (NUMBER, 1345.0, 1000.0): "+345",
        (NUMBER, 0.3, 0.1): "+0.2",
        (POINTS, 1.0, 2.5): "−1.5 points",
        (TIME, 81.956, 83.456): "−1.5s",
        (TIME, 10.0, 100.0): "−1:30",
        (NUMBER, 5.0, 5.0): "+0",
    }
    assert {(style, *scores): style.show_change(*scores) for style, *scores in shown} == shown


@given(style=styles, text=anything | almost_scores | almost_right)
@example(NUMBER, "1" * 300)
@example(NUMBER, "999999999.9999999")
@example(TIME, "277777:46:39.999999999")
def test_any_text_is_refused_or_a_score_that_can_be_shown_and_read_back(style: ScoreStyle, text: str) -> None:
    try:
        score = style.parse(text)
    except InvalidScore:
        return
    assert 0 < score < MAX_SCORE
    assert style.parse(style.show(score)) == score


@given(style=styles, score=storable)
@example(NUMBER, 1e-9)
@example(TIME, 123_456_789.12345679)
@example(TIME, 999_999_999.999)
def test_what_is_shown_is_read_back_unchanged(style: ScoreStyle, score: float) -> None:
    assert style.parse(style.show(score)) == score


@given(style=styles, score=storable, before=storable)
def test_every_change_can_be_shown_and_has_a_sign(style: ScoreStyle, score: float, before: float) -> None:
    assert style.show_change(score, before)[0] == ("−" if score < before else "+")
