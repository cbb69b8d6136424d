"""Scores as text: what players may type, and how scores are shown."""

import re
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.scores import MAX_SCORE, MAX_TEXT, ScoreBounds, ScoreFormat, ScoreStyle
from bot.domain.text import MAX_UNIT, clean_unit
from bot.domain.typed_scores import MAX_DECIMALS
from bot.errors import (
    AmbiguousScore,
    CommaInScore,
    InvalidName,
    InvalidScore,
    NotANumber,
    NotATime,
    OtherUnit,
    ScoreOutOfRange,
    ScoreTooLong,
    TimeNotNumber,
    TooManyDecimals,
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
    st.integers(-MAX_SCORE, MAX_SCORE).map(float)
    | st.builds(_typed, st.integers(-(10**18), 10**18), st.just(MAX_DECIMALS))
    | st.integers(0, MAX_DECIMALS).flatmap(
        lambda d: st.builds(_typed, st.integers(-(10 ** (d + 6)), 10 ** (d + 6)), st.just(d))
    )
)
"""Every possible typed score: up to nine decimals, and small enough that a float distinguishes whole numbers."""


def is_unit(text: str) -> bool:
    with suppress(InvalidName):
        return bool(clean_unit(text))
    return False


styles = st.sampled_from(STYLES) | st.builds(
    ScoreStyle, unit=st.text(min_size=1, max_size=MAX_UNIT).filter(is_unit).map(clean_unit)
)
"""Every style that an event can have."""
locales = st.sampled_from([None, "en-US", "de", "fr", "es-419"])
anything = st.text(st.characters(exclude_categories=()), max_size=60)
almost_scores = st.text(alphabet="0123456789.,:;'\u2019 -+_eEkmbhs%$\u0661\uff15½²\u00a0\u202f\u202e", max_size=20)
almost_right = st.from_regex(
    r"\A[-+−]?([0-9]{1,10}|[0-9]{1,3}([,.' ][0-9]{2,4}){1,3}|([0-9]{1,6}:)?[0-9]{1,4}:[0-5][0-9])"
    r"([.,][0-9]{1,9})? ?[skmh]?\Z"
)


def read(style: ScoreStyle, *texts: str) -> dict[str, object]:
    return {text: outcome(style.parse, text) for text in texts}


def test_a_number_is_read_as_it_is_typed() -> None:
    scores = {
        "12345": 12345.0,
        "12,345.5": 12345.5,
        "999,999,999": 999_999_999.0,
        "1,234": 1234.0,
        "1,234,567": 1_234_567.0,
        "0.000000001": 1e-9,
        ".5": 0.5,
        "5.": 5.0,
        "1,234.": 1234.0,
        "007": 7.0,
        "  42\t": 42.0,
        "0": 0.0,
        "+5": 5.0,
        "-3": -3.0,
        "−3": -3.0,
        "–1,234.5": -1234.5,
        "-0": 0.0,
        "9,007,199,254,740,991": float(MAX_SCORE),
    }
    assert read(NUMBER, *scores) == scores


@pytest.mark.parametrize("separator", [*" .,'\u2019", "\u00a0", "\u202f", "\u2009", "\u066c", "\uff0c"])
def test_every_languages_separator_groups_thousands(separator: str) -> None:
    assert outcome(NUMBER.parse, f"1{separator}234{separator}567") == 1_234_567
    assert outcome(NUMBER.parse, f"12{separator}345{separator}678k") == 12_345_678_000


def test_one_group_is_enough_where_the_separator_begins_no_decimals() -> None:
    scores = {"12 345": 12345.0, "1'234": 1234.0, "1\u2019234": 1234.0, "1\u202f234.5": 1234.5, "1,23,456": 123_456.0}
    assert read(NUMBER, *scores) == scores


@pytest.mark.parametrize("locale", [None, "en-US", "de"])
def test_a_comma_after_groups_of_another_separator_begins_decimals(locale: str | None) -> None:
    scores = {"12.345,6": 12345.6, "13 500,5": 13500.5, "1'234,56": 1234.56, "-1.234.567,89": -1_234_567.89}
    scores |= {"1.234,567": 1234.567, "1.234,5k": 1_234_500, "13\u202f500,5 pts": 13500.5}
    assert {text: NUMBER.parse(text, locale) for text in scores} == scores
    assert TIME.parse("12.345,6", locale) == 12345.6


def test_the_digits_of_every_script_are_digits() -> None:
    scores = {"１２３４５": 12345.0, "١٢٣": 123.0, "१२३": 123.0, "１，２３４": 1234.0, "٣٫٥": 3.5}  # noqa: RUF001
    assert read(NUMBER, *scores) == scores
    assert outcome(TIME.parse, "\u0661:00") == 60


@pytest.mark.parametrize(
    "marks",
    ["\u200e\u200e", "\u200f\u200f", "\u061c\u061c", "\u202a\u202c", "\u202b\u202c", "\u202d\u202c", "\u2067\u2069"],
)
def test_marks_of_direction_around_a_copied_score_are_no_part_of_it(marks: str) -> None:
    before, after = [*marks]
    assert outcome(NUMBER.parse, f"{before}12,345.5{after}") == 12345.5
    assert outcome(NUMBER.parse, f"{before}-\u0663\u0665{after}") == -35
    assert outcome(TIME.parse, f"{before}1:23.4{after}") == 83.4


def test_a_letter_behind_a_number_multiplies_it() -> None:
    scores = {"12k": 12_000.0, "1.5k": 1500.0, "1.5 K": 1500.0, "2m": 2e6, "2M": 2e6, "1.2b": 1.2e9, "-3k": -3000.0}
    assert read(NUMBER, *scores) == scores
    # These are 12 kills, or 12,000; two metres, or two million; 2 minutes, in seconds.
    assert meanings(ScoreStyle(unit="kills"), "12k") == (12, 12_000)
    assert meanings(ScoreStyle(unit="metres"), "2m") == (2, 2e6)
    # Nothing is nothing, in thousands too.
    assert outcome(ScoreStyle(unit="kills").parse, "0k") == 0
    assert outcome(ScoreStyle(unit="seconds").parse, "2m") == (TimeNotNumber, None, "2m", "seconds")
    assert outcome(ScoreStyle(unit="m").parse, "2m") == 2
    assert taken(ScoreStyle(unit="m").parse, ("12mm", "12km"), InvalidScore) == []


def meanings(style: ScoreStyle, text: str, locale: str | None = None) -> tuple[float, ...]:
    """Return the scores that the bot offers as a choice, in order."""
    with pytest.raises(AmbiguousScore) as question:
        style.parse(text, locale)
    return tuple(reading.score for reading in question.value.readings)


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma"),
    [
        ("15.020", 15.02, 15020),
        ("-15.020", -15.02, -15020),
        ("100.000", 100, 100_000),
        ("15.020 pts", 15.02, 15020),
        ("15.020k", 15020, 15_020_000),
        ("12,34", 1234, 12.34),
        ("1234,567", 1_234_567, 1234.567),
    ],
)
def test_the_language_decides_which_of_two_meanings_comes_first(text: str, by_point: float, by_comma: float) -> None:
    for locale in (None, "en-US", "ja"):
        assert meanings(NUMBER, text, locale) == (by_point, by_comma)
    for locale in ("de", "fr", "es-419", "unheard-of"):
        assert meanings(NUMBER, text, locale) == (by_comma, by_point)


def test_a_comma_before_three_digits_is_asked_about_only_if_unclear() -> None:
    assert meanings(NUMBER, "1,234", "de") == (1.234, 1234)
    assert [NUMBER.parse("1,234", locale) for locale in (None, "en-GB", "hi")] == [1234] * 3
    assert [NUMBER.parse(text, "de") for text in ("1,234.5", "1,234,567", "12 345")] == [1234.5, 1_234_567, 12345]


def test_a_question_has_a_text_for_each_score_that_means_no_other() -> None:
    with pytest.raises(AmbiguousScore) as question:
        POINTS.parse("15.125")
    assert [(one.text, one.shown) for one in question.value.readings] == [("15.1250", "15.125"), ("15125", "15,125")]
    assert [POINTS.parse(one.text) for one in question.value.readings] == [15.125, 15125]


def test_a_duration_is_read_in_seconds_minutes_and_hours() -> None:
    seconds = {
        "83.456": 83.456,
        "15.020": 15.02,
        "59.5s": 59.5,
        "59.5 s": 59.5,
        "23.5 sec": 23.5,
        "90 Seconds": 90.0,
        "1:23.456": 83.456,
        "1:23,456": 83.456,
        "0:07": 7.0,
        "0:00": 0.0,
        "90:00": 5400.0,
        "1:02:03.4": 3723.4,
        "100:00:00": 360_000.0,
        "3600": 3600.0,
        "1m23s": 83.0,
        "1m 23.5 s": 83.5,
        "1m23,5s": 83.5,
        "1h 2m 3,456 s": 3723.456,
        "1h2m3.4s": 3723.4,
        "1 h 23 min 45 s": 5025.0,
        "2m": 120.0,
        "1.5h": 5400.0,
        "90 min": 5400.0,
        "1h 90s": 3690.0,
        "1m 23s 456ms": 83.456,
        "500 ms": 0.5,
        "-1:30": -90.0,
        "−1m30s": -90.0,
    }
    assert read(TIME, *seconds) == seconds
    assert meanings(TIME, "12,345") == meanings(TIME, "12,345 s") == (12345, 12.345)


def test_the_unit_may_stand_before_or_behind_the_number_or_be_left_out() -> None:
    texts = ("12345 points", "12,345   points", "12345", "12345points", "12345 Points", "12345pts", "points 12345")
    assert read(POINTS, *texts) == dict.fromkeys(texts, 12345)
    assert outcome(NUMBER.parse, "12345 pts") == 12345
    assert outcome(ScoreStyle(unit="lines").parse, "1 line") == 1
    assert outcome(ScoreStyle(unit="kill").parse, "2 kills") == 2
    dollars = {"$5": 5.0, "$ 5": 5.0, "5$": 5.0, "-$5": -5.0, "$-5": -5.0, "$1.5k": 1500.0, "5k $": 5000.0}
    assert read(ScoreStyle(unit="$"), *dollars) == dollars
    assert read(ScoreStyle(unit="%"), "50%", "50 %") == {"50%": 50.0, "50 %": 50.0}


def test_only_the_unit_of_the_event_may_stand_beside_a_number() -> None:
    texts = ("12345 seconds", "points", "12345 points points", "points 5 points", "$5", "5e")
    assert taken(POINTS.parse, texts, InvalidScore) == []
    assert taken(ScoreStyle(unit="lines").parse, ("5 pts", "5l", "5 line s"), InvalidScore) == []
    # A unit that consists of digits is not a part of a number.
    assert outcome(ScoreStyle(unit="5").parse, "15") == 15


NO_SCORES = (
    "",
    " ",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "1e9",
    "1E-3",
    "0x10",
    "1_000",
    "1.2.3",
    "1.0000000001",
    "½",
    "²",
    "5²",
    "1" * 300,
    "0" * 300 + "1",
    "1,5",
    "0,25",
    "1,2345",
    "12,34",
    ",123",
    "5,",
    "1,234,56",
    "1234,567",
    "1 5",
    "12 34",
    "12  345",
    "12\n345",
    "1'23",
    "1'234 567",
    "- 5",
    "+-5",
    "--5",
    ".",
    ",",
    "-",
    "9,007,199,254,740,992",
    "1:2",
    "1:60",
    "1:60:00",
    "1:2:03",
    "1:1:1:1",
    ":30",
    "1:",
    "1m90s",
    "1.5m3s",
    "1,5m3s",
    "1,5h",
    "3s1m",
    "'; DROP TABLE players; --",
    "\x0042",
    "\u202e51",
    "∞",
    "-Infinity",
    "x²",
    "a lot",
    "1.23,5",
    "1.234.56,8",
    "12 34,5",
    "1.234 567,8",
    "1:" * 150,
    "2501999792983:36:32",
)
"""Texts that are not scores in any style."""


def test_what_is_no_score_is_refused() -> None:
    assert [one for style in STYLES for one in taken(style.parse, NO_SCORES, InvalidScore)] == []


def test_a_refusal_tells_what_is_wrong_with_the_text() -> None:
    refusals: dict[tuple[ScoreStyle, str], tuple[object, ...]] = {
        (NUMBER, "1,5"): (CommaInScore, None, "1,5", "1.5"),
        (NUMBER, "1,5k"): (CommaInScore, None, "1,5k", "1500"),
        (NUMBER, "-9,007,199,254,740,992"): (ScoreOutOfRange, None, "-9,007,199,254,740,992", MAX_SCORE),
        (NUMBER, "1" * 300): (ScoreTooLong, None, "1" * 300, MAX_TEXT),
        (NUMBER, "1.0000000001"): (TooManyDecimals, None, "1.0000000001", MAX_DECIMALS),
        (NUMBER, "fast"): (NotANumber, None, "fast"),
        (NUMBER, "-12.5Lines"): (OtherUnit, None, "-12.5Lines", None, "-12.5"),
        (POINTS, "1,200 lines"): (OtherUnit, None, "1,200 lines", "points", "1200"),
        (POINTS, "1 million"): (NotANumber, None, "1 million"),
        (POINTS, "9007199254740992 lines"): (NotANumber, None, "9007199254740992 lines"),
        (NUMBER, "1:23.456"): (TimeNotNumber, None, "1:23.456", None),
        (POINTS, "1:2"): (TimeNotNumber, None, "1:2", "points"),
        (POINTS, "1m23s"): (TimeNotNumber, None, "1m23s", "points"),
        (TIME, "fast"): (NotATime, None, "fast"),
        (TIME, "1:60"): (NotATime, None, "1:60"),
        (TIME, "1,5"): (CommaInScore, None, "1,5", "1.5"),
        (TIME, "1:" * 150): (ScoreTooLong, None, "1:" * 149 + "1:", MAX_TEXT),
    }
    assert {(style, text): outcome(style.parse, text) for style, text in refusals} == refusals


def test_an_event_takes_what_lies_within_its_bounds_or_the_default() -> None:
    takes: dict[tuple[float | None, float | None], tuple[list[float], list[float]]] = {
        (None, None): ([1e-9, 1, 999_999_999.999], [-1, 0, 1e9]),
        (-20.0, None): ([-20, 0, 999_999_999], [-20.5, 1e9]),
        (0.0, None): ([0, 1], [-1, 1e9]),
        (None, 2e9): ([1, 1_234_567_890, 2e9], [0, 2e9 + 1]),
        (None, 0.0): ([0, -1, -MAX_SCORE], [1]),
        (1e9, None): ([1e9, MAX_SCORE], [1]),
        (-5.0, 5.0): ([-5, 5], [-6, 6]),
    }
    for bounds, (taken_, refused) in takes.items():
        found = ScoreBounds.of(*bounds)
        assert [found.takes(score) for score in taken_ + refused] == [True] * len(taken_) + [False] * len(refused)


def test_a_score_is_shown_in_the_format_of_its_event() -> None:
    shown = {
        (NUMBER, 12345.5): "12,345.5",
        (NUMBER, 100.0): "100",
        (NUMBER, 999_999_999.0): "999,999,999",
        (NUMBER, 1e-9): "0.000000001",
        (NUMBER, 0.0): "0",
        (NUMBER, float(MAX_SCORE)): "9,007,199,254,740,991",
        (POINTS, -1234.5): "−1,234.5 points",
        (TIME, -90.0): "−1:30",
        (TIME, -0.5): "−0.5s",
        (TIME, 0.0): "0s",
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


def test_a_change_is_shown_with_its_sign_without_unit_and_binary_dust() -> None:
    shown = {
        (NUMBER, 1345.0, 1000.0): "+345",
        (NUMBER, 0.3, 0.1): "+0.2",
        (POINTS, 1.0, 2.5): "−1.5",
        (TIME, 81.956, 83.456): "−1.5s",
        (TIME, 10.0, 100.0): "−1:30",
        (NUMBER, 5.0, 5.0): "+0",
        (NUMBER, 2.0, -3.0): "+5",
        (NUMBER, -3.0, 2.0): "−5",
    }
    assert {(style, *scores): style.show_change(*scores) for style, *scores in shown} == shown


@given(style=styles, text=anything | almost_scores | almost_right, locale=locales)
@example(NUMBER, "1" * 300, None)
@example(NUMBER, "15.020", "de")
@example(TIME, "277777:46:39.999999999", None)
def test_any_text_is_refused_or_a_score_that_can_be_shown_and_read_back(
    style: ScoreStyle, text: str, locale: str | None
) -> None:
    try:
        scores = [style.parse(text, locale)]
    except AmbiguousScore as question:
        scores = [one.score for one in question.readings]
        texts = [one.text for one in question.readings]
    except InvalidScore:
        return
    else:
        texts = [text]
    assert [style.parse(one, locale) for one in texts] == scores
    assert len({*scores}) == len(scores)
    for score in scores:
        assert -MAX_SCORE <= score <= MAX_SCORE
        assert score in read_back(style, style.show(score), locale)


def read_back(style: ScoreStyle, shown: str, locale: str | None = None) -> tuple[float, ...]:
    """Return the readings of a displayed score: itself, or the readings to choose from."""
    try:
        return (style.parse(shown, locale),)
    except AmbiguousScore as question:
        return tuple(one.score for one in question.readings)


@given(style=styles, score=storable)
@example(NUMBER, 1e-9)
@example(NUMBER, 15.125)
@example(TIME, 123_456_789.12345679)
@example(TIME, 999_999_999.999)
@example(ScoreStyle(unit="k"), 12.0)
@example(ScoreStyle(unit="345"), 12.0)
@example(LONG_UNIT, -12_345_678.123456789)
def test_what_is_shown_is_read_back_unchanged(style: ScoreStyle, score: float) -> None:
    found = read_back(style, style.show(score))
    # Of all displayed scores, only a number such as 15.125 is ambiguous, and leads to a question.
    looks_like_thousands = style.format is ScoreFormat.NUMBER and re.match(
        r"−?[1-9]\d{0,2}\.\d{3}(?!\d)", style.show(score)
    )
    assert score in found
    assert len(found) == (2 if looks_like_thousands else 1)


BY_POINT = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(,\d{3})+|[1-9]\d?(,\d\d)+,\d{3})?(\.\d{0,9})?")
AFTER_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+")
BY_COMMA = re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)?(,\d{0,9})?")


@given(text=st.from_regex(r"\A[+-]?[0-9]{1,4}([.,][0-9]{1,4}){0,3}\Z"), locale=locales)
def test_nothing_that_an_american_and_a_german_read_differently_is_taken(text: str, locale: str | None) -> None:
    read = [float(text.replace(",", ""))] if BY_POINT.fullmatch(text) else []
    read += [float(text.replace(".", "").replace(",", "."))] if BY_COMMA.fullmatch(text) else []
    if len({*read}) == 2 and ("," not in text or locale not in (None, "en-US")):
        assert sorted(meanings(NUMBER, text, locale)) == sorted(read)
    elif len({*read}) == 2:
        # This is what the bot itself writes.
        assert NUMBER.parse(text, locale) == read[0]
    elif AFTER_GROUPS.fullmatch(text):
        assert [NUMBER.parse(text, locale)] == read
    else:
        assert outcome(lambda typed: NUMBER.parse(typed, locale), text) in (*read, *refusals_of(text, locale))


def refusals_of(text: str, locale: str | None) -> list[object]:
    """Return the refusal of a text, if it is refused."""
    try:
        NUMBER.parse(text, locale)
    except InvalidScore as refusal:
        return [(type(refusal), *vars(refusal).values())]
    return []


@given(style=styles, score=storable, before=storable)
def test_every_change_can_be_shown_and_has_a_sign(style: ScoreStyle, score: float, before: float) -> None:
    assert style.show_change(score, before)[0] == ("−" if score < before else "+")
