"""The ids of buttons: read back as they were made, and never misread."""

from typing import Any

from discord.ui import Button
from hypothesis import given
from hypothesis import strategies as st

from bot.cogs.standings import BUTTON_ID, PageButton
from bot.cogs.weeks import WEEK_BUTTON_ID, WeekButton
from bot.domain.standings import Board
from tests.one_database import on_one_database

pytestmark = on_one_database

LONGEST = 100
"""What Discord takes."""

buttons = st.builds(
    PageButton,
    st.sampled_from(list(PageButton.LABELS)),
    st.integers(1, 2**31 - 1),
    st.sampled_from(Board),
    st.integers(0, 999_999_999),
    st.integers(0, 2**64 - 1),
)
forged = st.text(max_size=LONGEST) | st.from_regex(
    r"\Aleaderboard:[a-z]{1,9}:\d{1,20}:(all-time|week|overall|all)(:-?\d{1,21}){1,3}\Z"
)


async def read(custom_id: str) -> PageButton | None:
    match = BUTTON_ID.fullmatch(custom_id)
    click: Any = None
    return None if match is None else await PageButton.from_custom_id(click, Button(), match)


@given(button=buttons)
async def test_an_id_is_read_back_as_it_was_made_and_is_short_enough(button: PageButton) -> None:
    read_back = await read(button.custom_id)
    assert read_back is not None
    assert read_back.custom_id == button.custom_id
    for what in ("event_id", "board", "page", "owner_id"):
        assert getattr(read_back, what) == getattr(button, what)
    assert len(button.custom_id) <= LONGEST


@given(custom_id=forged)
async def test_any_other_text_is_no_id_or_leads_to_what_it_says(custom_id: str) -> None:
    button = await read(custom_id)
    assert button is None or [int(part) if part.isdigit() else part for part in custom_id.split(":")[2:]] == [
        button.event_id,
        button.board,
        button.page,
        button.owner_id,
    ]


weeks_of_events = st.builds(
    WeekButton,
    st.sampled_from(list(WeekButton.LABELS)),
    st.integers(1, 2**31 - 1),
    st.dates().map(lambda day: "{:04}-W{:02}".format(*day.isocalendar())),
)


@given(button=weeks_of_events)
async def test_the_id_of_a_week_is_read_back_as_it_was_made(button: WeekButton) -> None:
    match = WEEK_BUTTON_ID.fullmatch(button.custom_id)
    click: Any = None
    assert match is not None
    read_back = await WeekButton.from_custom_id(click, Button(), match)
    assert (read_back.action, read_back.event_id, read_back.week) == (button.action, button.event_id, button.week)
    assert read_back.custom_id == button.custom_id


async def test_an_id_of_another_form_is_none_of_the_bots() -> None:
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
    assert [form for form in forms if await read(form) is not None] == []
