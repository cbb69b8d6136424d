"""Clocks that step back, changed time zones, years with 53 weeks: no week is lost or run twice."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.database.models import WeeklyRun
from bot.errors import WeekClosedAlready, WeekNotBegun, WeekNotRunnable
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend

MONDAY_MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def weeks_run(backend: TestBackend) -> list[int]:
    return [row["week_number"] for row in await tables.rows(backend.database, WeeklyRun)]


async def check(backend: TestBackend) -> None:
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []


async def pending(backend: TestBackend) -> list[tuple[str, int]]:
    return [(str(due.week), due.players) for due in await backend.real.services.weeks.pending(GUILD, EVENT)]


async def test_an_hour_that_happens_twice_loses_no_score_and_no_week(backend: TestBackend) -> None:
    await backend.create_event()
    backend.clock.now = MONDAY_MIDNIGHT + HOUR / 2
    await backend.submit(1, 100)
    await backend.submit(2, 200)
    backend.clock.now -= HOUR
    assert str((await backend.submit(3, 300)).week) == "2026-W47"
    # A week that has already begun by the wrong clock waits until it begins again.
    assert await pending(backend) == [("2026-W47", 1)]
    with pytest.raises(WeekNotBegun):
        await backend.run("2026-W48")
    assert [str(run.week) for run in await backend.run()] == ["2026-W47"]
    assert str((await backend.submit(3, 310)).week) == "2026-W48"
    backend.clock.now += HOUR
    assert await pending(backend) == [("2026-W48", 3)]
    await backend.run()
    assert await weeks_run(backend) == [202647, 202648]
    await check(backend)


async def test_a_week_run_before_the_clock_stepped_back_is_not_run_again(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 100)
    backend.clock.now = MONDAY_MIDNIGHT + HOUR / 2
    await backend.run()
    backend.clock.now -= HOUR
    assert str((await backend.submit(1, 200)).week) == "2026-W48"
    with pytest.raises(WeekClosedAlready):
        await backend.run()
    assert await weeks_run(backend) == [202647]
    await check(backend)


@pytest.mark.parametrize(
    ("zone", "weeks"),
    [("Pacific/Kiritimati", ["2026-W47", "2026-W48"]), ("America/Los_Angeles", ["2026-W46", "2026-W47"])],
)
async def test_a_zone_that_changes_while_weeks_are_open_keeps_every_score(
    backend: TestBackend, zone: str, weeks: list[str]
) -> None:
    await backend.create_event()
    # Sunday evening in UTC is Monday in the east; Monday morning in UTC is Sunday in the west.
    east = zone.startswith("Pacific")
    backend.clock.now = MONDAY_MIDNIGHT + (-HOUR if east else HOUR - timedelta(weeks=1))
    first = await backend.submit(1, 100)
    await backend.real.services.settings.change(ADMIN, time_zone=zone)
    second = await backend.submit(2, 200)
    assert sorted({str(first.week), str(second.week)}) == weeks
    backend.clock.move(weeks=2)
    assert [str(run.week) for run in await backend.run()] == weeks
    await backend.submit(1, 300)
    await check(backend)


async def test_the_53_weeks_of_a_year_and_the_next_are_all_run_once(backend: TestBackend) -> None:
    await backend.create_event()
    backend.clock.now = datetime(2026, 12, 14, 12, tzinfo=UTC)
    for score in range(1, 6):
        await backend.submit(1, score)
        backend.clock.move(weeks=1)
    names = [str(run.week) for run in await backend.run()]
    assert names == ["2026-W51", "2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    with pytest.raises(WeekNotRunnable):
        await backend.run()
    assert len(await weeks_run(backend)) == 5
    await check(backend)
