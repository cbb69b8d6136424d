"""Reminders reach players who want them, once, with correct numbers, and one button ends them."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database.models import Job, Reminders
from bot.domain.events import EventInfo
from bot.domain.jobs import Claim, JobKind, Lane
from bot.domain.reminders import REMINDED_AFTER, STAYS_KNOWN, Message, Reminder, WeekToMiss, is_last_day, next_moment
from bot.domain.rules import Attendance, Rules
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.weeks import Week
from bot.services.jobs._queue import claim_due
from bot.ui.card import LONGEST_MESSAGE
from bot.ui.reminders import show_reminder
from tests import tables
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.seen import read, seen
from tests.world import World

pytestmark = [on_one_database, pytest.mark.usefixtures("jobs_by_request")]

SUNDAY = datetime(2026, 11, 29, 0, 31, tzinfo=UTC)
"""Half an hour after the latest daily reminder, a day before the week 2026-W48 ends."""


async def told(world: World, who: str) -> list[str]:
    """Return the direct messages to a member, after running due jobs."""
    await world.backend.real.jobs.do_due()
    return [read(message) for message in world.member(who).user.dm_channel.history()]


async def switch(world: World, who: str, *names: str, to: str = "on") -> str:
    panel = await world.use(who, "notify")
    for name in names:
        panel = await world.click(who, panel, f"{name}: turn {to}")
    return panel.alone


async def play(world: World) -> None:
    """Close a week that Ana and Ben played, in the middle of the next one."""
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Ben": 200})
    world.clock.move(weeks=1)
    await world.reset()
    await world.settle_ratings()


@on_both_databases
async def test_a_week_about_to_be_missed_is_told_once_with_its_cost(world: World) -> None:
    await play(world)
    assert "Missed weeks: **on**\non the last day of one you miss\n" in await switch(world, "Ana", "Missed weeks")
    await switch(world, "Ben", "Missed weeks")
    await world.submit("Ben", 150)
    assert await told(world, "Ana") == []

    world.clock.now = SUNDAY
    [reminder] = await told(world, "Ana")

    assert reminder == (
        "Arcade\n**Tetris Blitz** closes <t:1795996800:R>, and you have no score this week. "
        "A missed week counts 0: your Elo would go from 800 to **600**.\n"
        f"[Submit a score](https://discord.com/channels/{world.guild.id})"
    )
    assert await told(world, "Ben") == []
    world.clock.move(hours=2)
    await world.restart_bot()
    assert await told(world, "Ana") == [reminder]
    world.clock.move(days=1)
    await world.reset()
    await world.settle_ratings()
    assert "**600**" in await world.use("Ana", "rating", event="Tetris Blitz")


async def test_the_cost_of_a_missed_week_follows_the_rules_or_is_not_told(world: World) -> None:
    await play(world)
    await switch(world, "Ana", "Missed weeks")
    world.clock.now = SUNDAY
    # Nobody has a score, so the week will not be run.
    assert await told(world, "Ana") == []
    await world.submit("Ben", 150)
    await world.backend.real.services.rules.change(world.as_actor(), EVENT, Rules(attendance=Attendance.PLAYED))
    await tables.execute(world.backend.database, update(Job).values(due_at=world.clock.now))
    [reminder] = await told(world, "Ana")
    assert "you have no score this week.\n[Submit" in reminder


async def test_overtaking_is_told_once_a_day_and_results_soon_after_a_close(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Ben": 200})
    await switch(world, "Ana", "Overtaken", "Results")
    world.clock.move(seconds=1)
    await world.submit_all({"Cy": 150, "Di": 120, "Ben": 300})
    assert await told(world, "Ana") == []

    world.clock.move(days=1)
    [overtaken] = await told(world, "Ana")
    assert overtaken == (
        "Arcade\n**Tetris Blitz**: Cy (150 points), Di (120 points) beat your 100 points. You are #4 now."
    )
    world.clock.move(days=3)
    assert len(await told(world, "Ana")) == 1
    await world.reset()
    await world.submit("Ed", 110)
    assert len(await told(world, "Ana")) == 1
    world.clock.move(seconds=REMINDED_AFTER.total_seconds())
    [_, results] = await told(world, "Ana")
    assert "**Tetris Blitz** · 16–22 November: 100 points · #4 of 4 players · Elo " in results
    assert "beat your" not in results
    world.clock.move(days=1)
    assert "Ed (110 points)" in (await told(world, "Ana"))[-1]


@on_both_databases
async def test_a_close_hastens_the_results_of_those_alone_who_have_one(world: World) -> None:
    await play(world)
    await switch(world, "Ana", "Results")
    await switch(world, "Ben", "Results")
    waiting = await tables.jobs(world.backend.database, JobKind.REMINDER)
    await world.submit("Ben", 150)
    world.clock.move(weeks=1)
    await world.reset()
    moved = [job["key"] for job in await tables.jobs(world.backend.database, JobKind.REMINDER) if job not in waiting]
    assert moved == [f"{world.guild.id}:{world.member('Ben').id}"]


async def test_results_of_weeks_closed_one_after_another_are_all_told_soon(world: World) -> None:
    for event in (EVENT, "Sprint"):
        await world.create_event(event)
        await world.submit_all({"Ana": 100, "Ben": 200}, event)
    await switch(world, "Ana", "Results")
    world.clock.move(weeks=1)
    for event in (EVENT, "Sprint"):
        await world.reset(event)
        world.clock.move(seconds=30)
    world.clock.now += REMINDED_AFTER

    [results] = await told(world, "Ana")

    assert "**Tetris Blitz** · 16–22 November: 100 · #2 of 2 players" in results
    assert "**Sprint** · 16–22 November: 100 · #2 of 2 players" in results


@on_both_databases
async def test_overtaking_at_the_last_moment_or_by_an_approval_is_told(
    world: World,
) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Ben": 90, "Cy": 80})
    await world.use(world.admin, "event edit", event=EVENT, **{"alarm-max": "1000"})
    await switch(world, "Ana", "Overtaken")
    world.clock.move(hours=1)
    assert "an admin looks at it first" in await world.use("Cy", "submit-score", event=EVENT, score="2000")
    world.clock.move(days=1)
    await world.submit("Ben", 150)
    world.clock.move(hours=1)
    await world.submit("Ben", 160)
    await tables.execute(world.backend.database, update(Job).values(due_at=world.clock.now))
    [told_then] = await told(world, "Ana")
    assert "Ben (160 points) beat your 100 points. You are #2 now." in told_then
    await world.backend.real.services.reviews.approve(world.as_actor(), 1)
    world.clock.move(days=2)
    assert "**Tetris Blitz**: Cy (2,000 points) beat your 100 points. You are #3 now." in (await told(world, "Ana"))[-1]
    world.clock.move(days=2)
    assert len(await told(world, "Ana")) == 2


@on_both_databases
async def test_what_happens_between_two_tries_is_told_with_the_next_message(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100})
    await switch(world, "Ana", "Overtaken")
    await world.submit("Ben", 150)
    world.clock.move(days=1)
    reminders, clock = world.backend.real.services.reminders, world.clock

    async def draft() -> tuple[Claim, Message]:
        """Claim the job again, as after a crash, and begin its message."""
        await tables.execute(world.backend.database, update(Job).values(claimed_until=None))
        claim_one = partial(claim_due, now=clock.now, lane=Lane.MESSAGES, kinds=[JobKind.REMINDER], most=1)
        [claim] = await world.backend.database.write(claim_one)
        message = await reminders.draft(claim)
        assert message is not None
        await reminders.begin(claim, message)
        return claim, message

    _, sent = await draft()
    await world.submit("Cy", 160)
    clock.now += STAYS_KNOWN
    claim, again = await draft()
    assert (sent.nonce, sent.until, sent.overtaken) == (again.nonce, again.until, again.overtaken)
    assert again.next_at == clock.now + REMINDED_AFTER
    await reminders.keep(claim, again)
    clock.move(days=2)
    [reminder] = await told(world, "Ana")
    assert "Tetris Blitz**: Cy (160 points) beat your 100 points." in reminder


async def test_all_weeks_that_close_together_are_told(world: World) -> None:
    events = [f"Event {number}" for number in range(7)]
    for event in events:
        await world.create_event(event)
        await world.submit_all({"Ana": 100, "Ben": 200}, event)
    await switch(world, "Ana", "Results")
    world.clock.move(weeks=1)
    for event in events:
        await world.reset(event)
    world.clock.now += REMINDED_AFTER

    [results] = await told(world, "Ana")

    assert all(f"**{event}** · 16–22 November: 100 · #2 of 2 players" in results for event in events)


async def test_one_button_in_a_reminder_ends_them_and_closed_messages_do_too(world: World) -> None:
    await play(world)
    for who in ("Ana", "Cy"):
        await switch(world, who, "Results", "Overtaken")
    await world.submit("Ana", 7)
    world.clock.move(weeks=1)
    await world.reset()
    world.clock.move(seconds=REMINDED_AFTER.total_seconds())
    await told(world, "Ana")
    [message] = world.member("Ana").user.dm_channel.history()

    stopped = seen(await world.member("Ana").user.click(message, label="No more reminders"))

    assert "No more reminders from that server." in stopped.text
    assert [row["key"] for row in await tables.jobs(world.backend.database, JobKind.REMINDER)] == [
        f"{world.guild.id}:{world.member('Cy').id}"
    ]
    assert "Results: **off**\nyour rank and Elo when a week closes\n" in (await world.use("Ana", "notify")).alone
    await switch(world, "Ana", "Results")
    await world.submit("Ana", 8)
    world.clock.move(weeks=1)
    await world.reset()
    world.clock.move(seconds=REMINDED_AFTER.total_seconds())
    world.fail_discord("POST", "/channels/*/messages", status=403, code=50007)
    assert len(await told(world, "Ana")) == 1
    panel = (await world.use("Ana", "notify")).alone
    assert f"off since <t:{world.clock.now.timestamp():.0f}:D>: your direct messages are closed to the bot\n" in panel
    assert panel.endswith("\nopen them, then turn on what you want")
    assert "**on**" not in panel
    assert "closed to the bot" not in await switch(world, "Ana", "Results")


async def test_a_reminder_just_after_the_start_names_its_server_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(world)
    await switch(world, "Ana", "Results")
    await world.submit("Ana", 7)
    world.clock.move(weeks=1)
    await world.reset()
    world.clock.move(seconds=REMINDED_AFTER.total_seconds())
    # Discord has not sent the servers yet.
    monkeypatch.setattr(world.bot, "get_guild", lambda _guild_id: None)
    [message] = await told(world, "Ana")
    assert message.startswith("Arcade\n")


async def test_switching_all_off_leaves_no_job_and_nothing_is_on_at_first(world: World) -> None:
    panel = (await world.use("Ana", "notify")).alone
    assert panel.count(": **off**\n") == 4
    await switch(world, "Ana", "Results", "Overtaken")
    [job] = await tables.jobs(world.backend.database, JobKind.REMINDER)
    assert job["due_at"] > world.clock.now
    await switch(world, "Ana", "Results", "Overtaken", to="off")
    assert await tables.jobs(world.backend.database, JobKind.REMINDER) == []
    # Switching off a reminder that was never on changes nothing.
    switch_off = world.backend.real.services.reminders.switch
    assert (await switch_off(world.guild.id, 5, Reminder.RESULTS, is_on=False)).switched_on == frozenset[Reminder]()
    [row] = await tables.rows(world.backend.database, Reminders)
    assert (row["guild_id"], row["tells_results"]) == (world.guild.id, False)


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Atlantic/Azores", "Asia/Tokyo", "Pacific/Apia"]),
    user=st.integers(1, 2**63),
)
def test_a_player_is_told_every_day_at_a_moment_of_their_own(now: datetime, zone: str, user: int) -> None:
    first = next_moment(now, zone, user)
    assert 0 < (first - now).total_seconds() <= 26 * 3600
    moments = [first]
    for _ in range(7):
        moments.append(next_moment(moments[-1], zone, user))
    assert sum(is_last_day(moment, zone) for moment in moments[:7]) in (1, 2)


def test_a_moment_of_this_night_that_is_still_to_come_is_the_next() -> None:
    midnight, own, user = datetime(2026, 11, 19, tzinfo=UTC), timedelta(minutes=20), 20 * 60
    assert next_moment(midnight + own / 2, "UTC", user) == midnight + own
    assert next_moment(midnight + own, "UTC", user) == midnight + own + timedelta(days=1)


def test_a_day_with_two_midnights_has_its_reminder_after_the_first() -> None:
    # On the Azores, 25 October 2026 begins at 00:00 and, after 00:59, at 00:00 again.
    first = datetime(2026, 10, 25, tzinfo=UTC)
    assert next_moment(first - timedelta(hours=1), "Atlantic/Azores", 0) == first
    assert next_moment(first, "Atlantic/Azores", 0) == first + timedelta(hours=25)


def test_a_player_of_many_events_is_told_as_much_as_a_message_holds() -> None:
    event = EventInfo(1, 1001, "Tetris", ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
    missing = (WeekToMiss(event, SUNDAY, missed_week_elo=0, elo=1000, elo_then=900),) * 90
    message = Message(1, 2, 3, SUNDAY, SUNDAY, SUNDAY, Week.at(SUNDAY, "UTC"), missing)
    [card] = show_reminder(message, "Leaderboards").cards
    assert LONGEST_MESSAGE - 700 < len(card.text) <= LONGEST_MESSAGE
    told_of = sum("closes <t:" in line for line in card.lines)
    assert f"… and {90 - told_of} more" in card.lines
