"""Weeks that close automatically: each once, in order, after its grace, and never behind an admin's back."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from bot.database.models import AuditLog, Event, Job, LeaderboardScore, WeeklyRun
from bot.domain.jobs import MOST_TRIES, JobKind, Lane
from bot.domain.ratings import RatingScale
from bot.domain.servers import SettingsReport
from bot.errors import InvalidSetting, Unavailable
from bot.services.jobs import JobRunner
from bot.services.servers import Actor
from bot.services.weeks import WeekCloser
from bot.services.weeks._run import close_week
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.outages import statements_fail

ANA, BOB = 1, 2
ELSEWHERE = replace(ADMIN, guild_id=2002)
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
CLOSE = MONDAY + 2 * HOUR


async def settings(backend: TestBackend, **changes: Any) -> SettingsReport:
    return await backend.real.services.settings.change(ADMIN, **changes)


async def next_close(backend: TestBackend) -> datetime | None:
    return (await backend.real.services.settings.show(ADMIN)).next_close


async def closed(backend: TestBackend, now: datetime | None = None) -> list[tuple[int, int]]:
    """Run jobs due at a time; return the runs so far as event and week, in order."""
    if now is not None:
        backend.clock.now = now
    await backend.real.jobs.do_due()
    found = await tables.rows(backend.database, WeeklyRun)
    return [(row["event_id"], row["week_number"]) for row in sorted(found, key=lambda row: row["id"])]


async def check(backend: TestBackend) -> None:
    for event in await tables.rows(backend.database, Event):
        await backend.real.scoring.recalculate(event["id"])
    assert await backend.differences() == []


@pytest.fixture
async def server(backend: TestBackend) -> TestBackend:
    """A server with automatic closes, with an event to which two players have submitted this week."""
    await backend.create_event()
    await backend.submit_all({ANA: 100, BOB: 200})
    assert (await settings(backend, closes_weeks=True)).next_close == CLOSE
    return backend


async def test_a_week_closes_when_its_grace_is_over_and_then_the_next(server: TestBackend) -> None:
    assert await closed(server, CLOSE - timedelta(seconds=1)) == []
    await server.submit(ANA, 300)
    assert await closed(server, CLOSE) == [(1, 202647)]
    assert await next_close(server) == CLOSE + WEEK
    assert await closed(server, CLOSE + WEEK) == [(1, 202647), (1, 202648)]
    await check(server)


async def test_no_week_closes_by_itself_where_nobody_has_switched_that_on(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 100)
    await settings(backend, time_zone="Europe/Berlin", grace_minutes=0)
    assert await tables.rows(backend.database, Job) == []
    assert await closed(backend, MONDAY + WEEK) == []


async def test_the_log_says_that_the_bot_itself_closed_a_week(server: TestBackend) -> None:
    await closed(server, CLOSE)
    [logged] = [row for row in await tables.rows(server.database, AuditLog) if row["action"] == "weekly reset"]
    assert (logged["actor_id"], logged["guild_id"], logged["event_id"]) == (0, GUILD, 1)
    assert (logged["detail"], logged["done_at"]) == ({"week": "2026-W47", "players": 2}, CLOSE)
    [run] = await tables.rows(server.database, WeeklyRun)
    assert run["ran_by"] == 0


async def test_a_week_of_downtime_is_caught_up_in_order_and_all_events_with_it(server: TestBackend) -> None:
    await server.create_event("LOW", "Sprint")
    await server.create_event("LOW", "Nobody plays")
    await server.submit(ANA, 10, "Sprint")
    await server.real.services.events.archive(ADMIN, "Sprint")
    server.clock.now = MONDAY + 24 * HOUR
    await server.submit(ANA, 150)
    late = MONDAY + 2 * WEEK + 50 * HOUR
    assert await closed(server, late) == [(1, 202647), (2, 202647), (1, 202648)]
    assert await next_close(server) == CLOSE + 3 * WEEK
    await check(server)


async def test_servers_close_each_by_their_own_settings(server: TestBackend) -> None:
    await server.create_event(actor=ELSEWHERE)
    await server.submit(ANA, 1, guild_id=ELSEWHERE.guild_id)
    change = server.real.services.settings.change
    shown = await change(ELSEWHERE, closes_weeks=True, time_zone="Pacific/Auckland", grace_minutes=0)
    assert shown.next_close == MONDAY - 13 * HOUR
    assert await closed(server, MONDAY - 13 * HOUR) == [(2, 202647)]
    assert await closed(server, CLOSE) == [(2, 202647), (1, 202647)]


@pytest.mark.parametrize(
    ("zone", "closes"),
    [
        # The clocks go forward on Sunday, and back on Sunday.
        ("Europe/Berlin", ["2026-03-22T23", "2026-03-29T22", "2026-04-05T22"]),
        ("America/New_York", ["2026-10-26T04", "2026-11-02T05", "2026-11-09T05"]),
        # A year with 53 weeks.
        ("UTC", ["2026-12-21T00", "2026-12-28T00", "2027-01-04T00", "2027-01-11T00"]),
    ],
)
async def test_weeks_close_at_midnight_of_the_wall_clock_in_every_calendar(
    backend: TestBackend, zone: str, closes: list[str]
) -> None:
    instants = [datetime.fromisoformat(f"{close}:00+00:00") for close in closes]
    backend.clock.now = instants[0] - 24 * HOUR
    await backend.create_event()
    await settings(backend, closes_weeks=True, grace_minutes=0, time_zone=zone)
    for number, instant in enumerate(instants, start=1):
        assert await next_close(backend) == instant
        await backend.submit(ANA, number)
        assert len(await closed(backend, instant - timedelta(seconds=1))) == number - 1
        assert len(await closed(backend, instant)) == number
    await check(backend)


@pytest.mark.parametrize(
    ("changes", "moved"),
    [
        ({"grace_minutes": 0}, MONDAY),
        ({"grace_minutes": 8640}, MONDAY - 24 * HOUR),
        ({"time_zone": "America/New_York"}, CLOSE + 5 * HOUR),
        ({"closes_weeks": True}, CLOSE),
        ({"closes_weeks": False}, None),
        ({"admin_role_id": 5}, CLOSE),
    ],
)
async def test_a_change_of_settings_moves_the_close_in_the_same_transaction(
    server: TestBackend, changes: dict[str, Any], moved: datetime | None
) -> None:
    before = await tables.contents(server.database)
    with statements_fail("INSERT INTO audit_log"), pytest.raises(Exception):  # noqa: B017, PT011 - however it fails
        await settings(server, **changes)
    assert await tables.contents(server.database) == before
    assert (await settings(server, **changes)).next_close == moved
    assert await next_close(server) == moved


async def test_switching_it_on_closes_nothing_at_once(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 100)
    backend.clock.now = CLOSE + HOUR
    assert (await settings(backend, closes_weeks=True)).next_close == CLOSE + WEEK
    assert await closed(backend) == []
    assert await closed(backend, CLOSE + WEEK) == [(1, 202647)]


async def test_a_week_whose_grace_ends_amid_a_close_is_closed_at_once(server: TestBackend) -> None:
    class Slow(WeekCloser):
        async def _close(self, *arguments: Any, **named: Any) -> None:
            await super()._close(*arguments, **named)
            server.clock.now = CLOSE + WEEK

    server.clock.now = CLOSE + HOUR
    await server.submit(ANA, 300)
    server.clock.now = CLOSE + WEEK - HOUR / 60
    closer = Slow(server.database, server.clock, RatingScale())
    await JobRunner(server.database, server.clock, {JobKind.CLOSE_WEEKS: closer.close}).do_due()
    assert await closed(server) == [(1, 202647), (1, 202648)]


async def test_changed_settings_do_not_put_off_an_overdue_close(server: TestBackend) -> None:
    server.clock.now = CLOSE + HOUR
    assert (await settings(server, time_zone="Europe/Berlin")).next_close == server.clock.now
    assert await closed(server) == [(1, 202647)]


async def test_a_shorter_grace_does_not_put_off_the_close_of_a_past_week(server: TestBackend) -> None:
    await settings(server, grace_minutes=24 * 60)
    server.clock.now = MONDAY + 10 * HOUR
    assert (await settings(server, grace_minutes=60)).next_close == MONDAY + 24 * HOUR
    assert (await settings(server, grace_minutes=36 * 60)).next_close == MONDAY + 36 * HOUR
    assert (await settings(server, grace_minutes=24 * 60)).next_close == MONDAY + 24 * HOUR
    assert (await settings(server, grace_minutes=60)).next_close == MONDAY + 24 * HOUR
    assert (await settings(server, time_zone="Asia/Tokyo")).next_close == MONDAY + 24 * HOUR
    assert await closed(server, MONDAY + 24 * HOUR) == [(1, 202647)]
    assert await next_close(server) == MONDAY + WEEK + HOUR - 9 * HOUR


async def test_a_switch_off_amid_a_close_leaves_the_other_events_open(server: TestBackend) -> None:
    await server.create_event("LOW", "Sprint")
    await server.submit(ANA, 10, "Sprint")

    class Interrupted(WeekCloser):
        async def _close(self, *arguments: Any, **named: Any) -> None:
            await super()._close(*arguments, **named)
            await settings(server, closes_weeks=False)

    server.clock.now = CLOSE
    closer = Interrupted(server.database, server.clock, RatingScale())
    await JobRunner(server.database, server.clock, {JobKind.CLOSE_WEEKS: closer.close}).do_due()
    assert await closed(server) == [(1, 202647)]
    assert await tables.rows(server.database, Job) == []


@pytest.mark.parametrize("grace", [-1, 8641])
async def test_a_grace_out_of_range_is_refused_and_changes_nothing(server: TestBackend, grace: int) -> None:
    before = await tables.contents(server.database)
    with pytest.raises(InvalidSetting):
        await settings(server, grace_minutes=grace)
    assert await tables.contents(server.database) == before


async def test_a_week_that_an_admin_closed_by_hand_is_not_closed_again(server: TestBackend) -> None:
    server.clock.now = MONDAY + HOUR
    await server.run()
    assert await closed(server, CLOSE) == [(1, 202647)]
    assert await next_close(server) == CLOSE + WEEK


async def test_a_week_that_an_admin_closes_amid_a_close_is_not_closed_twice(server: TestBackend) -> None:
    class Overtaken(WeekCloser):
        async def _close(self, *arguments: Any, **named: Any) -> None:
            await server.run()
            await super()._close(*arguments, **named)

    server.clock.now = CLOSE
    closer = Overtaken(server.database, server.clock, RatingScale())
    await JobRunner(server.database, server.clock, {JobKind.CLOSE_WEEKS: closer.close}).do_due()
    assert await closed(server) == [(1, 202647)]
    assert await next_close(server) == CLOSE + WEEK
    await check(server)


async def test_a_stray_score_in_a_closed_week_keeps_no_close_from_ending(server: TestBackend) -> None:
    leftover = {"player_id": 1, "event_id": 1, "score": 5, "score_type": "weekly", "week_number": 202647}
    await closed(server, CLOSE)
    await tables.execute(server.database, insert(LeaderboardScore).values(submitted_at=CLOSE, **leftover))
    assert await closed(server, CLOSE + WEEK) == [(1, 202647)]
    shown = await server.real.services.settings.show(ADMIN)
    assert (shown.has_failed, shown.next_close) == (False, CLOSE + 2 * WEEK)


async def test_an_undone_close_is_left_to_the_admin_until_the_next_one(server: TestBackend) -> None:
    await closed(server, CLOSE)
    server.clock.now = CLOSE + HOUR
    undone = await server.real.services.weeks.undo(ADMIN, EVENT)
    assert undone.closes_at == CLOSE + WEEK
    # This holds however often the close is retried, and whoever changes the settings.
    await settings(server, time_zone="UTC", closes_weeks=True)
    assert await closed(server, CLOSE + 26 * HOUR) == []
    await server.submit(BOB, 250)
    assert await closed(server, CLOSE + WEEK) == [(1, 202647), (1, 202648)]
    await check(server)


async def test_an_undo_amid_a_close_that_is_tried_again_is_not_overruled(server: TestBackend) -> None:
    await server.create_event("LOW", "Sprint")
    await server.submit(ANA, 10, "Sprint")
    server.clock.now = CLOSE
    with statements_fail("UPDATE jobs SET due_at"), suppress(Unavailable):
        await closed(server)
    assert await server.undo() == "2026-W47"
    assert await closed(server, CLOSE + Lane.WEEKS.lease) == [(2, 202647)]
    assert await next_close(server) == CLOSE + WEEK


async def test_an_undo_within_the_grace_gives_time_until_it_ends(server: TestBackend) -> None:
    server.clock.now = MONDAY + HOUR / 2
    await server.run()
    assert (await server.real.services.weeks.undo(ADMIN, EVENT)).closes_at == CLOSE
    assert await closed(server, CLOSE) == [(1, 202647)]


async def test_an_undo_where_weeks_do_not_close_says_nothing_of_it(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 100)
    await backend.run()
    assert (await backend.real.services.weeks.undo(ADMIN, EVENT)).closes_at is None


@pytest.mark.parametrize("mends", [True, False])
@pytest.mark.parametrize("is_refused", [True, False])
async def test_an_event_that_cannot_be_closed_is_tried_again_without_the_others(
    server: TestBackend, monkeypatch: pytest.MonkeyPatch, mends: bool, is_refused: bool
) -> None:
    await server.create_event("LOW", "Sprint")
    await server.submit(ANA, 10, "Sprint")
    broken = True

    def fail(session: Session, actor: Actor, event: Event, *arguments: Any, **named: Any) -> None:
        if event.id == 1 and broken and is_refused:
            session.execute(text("INSERT INTO players SELECT * FROM players"))
        if event.id == 1 and broken:
            raise RuntimeError("broken")
        close_week(session, actor, event, *arguments, **named)

    monkeypatch.setattr("bot.services.weeks._closing.close_week", fail)
    assert await closed(server, CLOSE) == [(2, 202647)]
    shown = await server.real.services.settings.show(ADMIN)
    assert (shown.has_failed, shown.next_close) == (True, CLOSE + timedelta(seconds=10))
    if not mends:
        await tables.execute(server.database, update(Job).values(tries=MOST_TRIES - 1))
        assert await closed(server, CLOSE + HOUR) == [(2, 202647)]
        shown = await server.real.services.settings.show(ADMIN)
        assert (shown.has_failed, shown.next_close) == (True, CLOSE + WEEK)
    broken = False
    assert await closed(server, CLOSE + WEEK) == [(2, 202647), (1, 202647)]
    shown = await server.real.services.settings.show(ADMIN)
    assert (shown.has_failed, shown.next_close) == (False, CLOSE + 2 * WEEK)
    await check(server)
