"""The ids of buttons: they are read back as written, and never misread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cogs.events import SEASON_BUTTON_ID, SeasonButton
from bot.cogs.rehearsals import RULES_BUTTON_ID, RulesButton
from bot.cogs.standings import BUTTON_ID, PageButton
from bot.cogs.weeks import WEEK_BUTTON_ID, WeekButton
from bot.domain.rehearsals import digest_of, read_rules, write_rules
from bot.domain.rules import Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.standings import Board
from bot.errors import ButtonOutdated, RuleOutOfRange
from tests.one_database import on_one_database

pytestmark = on_one_database

LONGEST = 100
"""Discord's limit for an id."""

buttons = st.builds(
    PageButton,
    st.sampled_from(list(PageButton.LABELS)),
    st.integers(1, 2**31 - 1),
    st.sampled_from(Board),
    st.integers(0, 999_999_999),
    st.integers(0, 9 * 10**18 - 1),
)
forged = st.text(max_size=LONGEST) | st.from_regex(
    r"\Aleaderboard:[a-z]{1,9}:\d{1,20}:(all-time|week|overall|all)(:-?\d{1,21}){1,3}\Z"
)


def read(custom_id: str) -> PageButton | None:
    match = BUTTON_ID.fullmatch(custom_id)
    return None if match is None else PageButton.from_id(match)


@given(button=buttons)
def test_an_id_is_read_back_as_it_was_made_and_is_short_enough(button: PageButton) -> None:
    read_back = read(button.custom_id)
    assert read_back is not None
    assert read_back.custom_id == button.custom_id
    for what in ("event_id", "board", "page", "owner_id"):
        assert getattr(read_back, what) == getattr(button, what)
    assert len(button.custom_id) <= LONGEST


@given(custom_id=forged)
def test_any_other_text_is_no_id_or_leads_to_what_it_says(custom_id: str) -> None:
    button = read(custom_id)
    assert button is None or [int(part) if part.isdigit() else part for part in custom_id.split(":")[2:]] == [
        button.event_id,
        button.board,
        button.page,
        button.owner_id,
    ]


weeks = st.dates().map(lambda day: "{:04}-W{:02}".format(*day.isocalendar()))
ticks = st.none() | st.integers(0, 10**17 - 1)
actions = st.sampled_from(list(WeekButton.LABELS))
weeks_of_events = st.builds(WeekButton, actions, st.integers(1, 2**31 - 1), weeks, ticks)


@given(button=weeks_of_events)
def test_the_id_of_a_week_is_read_back_as_it_was_made(button: WeekButton) -> None:
    match = WEEK_BUTTON_ID.fullmatch(button.custom_id)
    assert match is not None
    read_back = WeekButton.from_id(match)
    for what in ("action", "event_id", "week", "tick"):
        assert getattr(read_back, what) == getattr(button, what)
    assert read_back.custom_id == button.custom_id


seasons = st.builds(SeasonButton, st.integers(1, 10**18 - 1), weeks, weeks | st.just("none"), weeks | st.just("none"))


@given(button=seasons)
def test_the_id_of_a_new_season_is_short_and_read_back_as_made(button: SeasonButton) -> None:
    match = SEASON_BUTTON_ID.fullmatch(button.custom_id)
    assert match is not None
    read_back = SeasonButton.from_id(match)
    for what in ("event_id", "after", "first", "last", "custom_id"):
        assert getattr(read_back, what) == getattr(button, what)
    assert len(button.custom_id) <= LONGEST


rules_of_events = st.builds(
    Rules,
    *(st.sampled_from(Method), st.booleans(), st.sampled_from(Attendance), st.integers(1, 5), st.integers(5, 520)),
    *(st.floats(0, 1), st.none() | st.integers(-1_000_000, 1_000_000), st.integers(1, 520), st.integers(1, 1_000)),
)
LAST_EVENT = 2**31 - 1
"""The greatest key that an event can have."""


@given(rules=rules_of_events, direction=st.sampled_from(ScoreDirection))
def test_the_id_of_a_button_that_applies_rules_names_them_all(rules: Rules, direction: ScoreDirection) -> None:
    button = RulesButton(LAST_EVENT, digest_of(direction, rules), write_rules(direction, rules))
    match = RULES_BUTTON_ID.fullmatch(button.custom_id)
    assert match is not None
    read_back = RulesButton.from_id(match)
    assert (read_back.event_id, read_back.rehearsed) == (LAST_EVENT, button.rehearsed)
    assert read_rules(read_back.rules) == (direction, rules)
    assert len(button.custom_id) <= LONGEST


@pytest.mark.parametrize(
    "text",
    [
        *("HIGH,robust", "", "LOW,robust,2,zero,6,10,0.5,,1,x", "LOW,elo,0,zero,6,10,0.5,,1,1", 10 * ","),
        "robust,0,zero,6,10,0.5,,1,1",
    ],
)
def test_rules_of_another_form_are_those_of_an_outdated_button(text: str) -> None:
    with pytest.raises(ButtonOutdated):
        read_rules(text)
    with pytest.raises(RuleOutOfRange):
        read_rules("HIGH,ranks,0,best,11,10,0.5,,1,1")


def test_an_id_of_another_form_is_none_of_the_bots() -> None:
    forms = (
        "leaderboard",
        "leaderboard:NEXT:1:all-time:0:1",
        "leaderboard:next:1:all-time:0",
        "leaderboard:next:1:all-time:0:1:1",
        "leaderboard:next:1:all-time:0:1\n",
        "leaderboard:next:1:all-time:-1:1",
        "leaderboard:next:1:all-time:1.5:1",
        "leaderboard:next:1:all-time:\u0661:1",
        "leaderboard:next:1:all-time:9999999999:1",
        "leaderboard:next:1:monthly:0:1",
        "leaderboard:next:-1:all-time:0:1",
        "leaderboard:next:1 OR 1=1:all-time:0:1",
        "leaderboard:next:9999999999999999999:all-time:0:1",
        "leaderboard:next:1:all-time:0:999999999999999999999",
        "x" * LONGEST,
    )
    assert [form for form in forms if read(form) is not None] == []
