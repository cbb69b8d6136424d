"""Due weeks, previews and undos of runs, and who may request them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.database.models import AuditLog, WeeklyRun
from bot.domain.standings import Board
from bot.domain.weeks import WeeklyRunResult
from bot.errors import (
    EventNotFound,
    NotAllowed,
    NotAWeek,
    NothingToUndo,
    NotTheLatestRun,
    WeekClosedAlready,
    WeekClosedEarly,
    WeekNotBegun,
    WeekNotOver,
    WeekNotRunnable,
    WeekOpenAlready,
    WeekWithoutScores,
)
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, MEMBER, TestBackend
from tests.outages import statements_seen

ANA, BOB, CAI = 1, 2, 3


async def everything(backend: TestBackend) -> Any:
    """Return everything that a run and its undo must leave unchanged: every table but the audit log.

    It leaves out which week has stored running statistics: after an undo, they are missing until somebody submits for
    that week. It also leaves out the event's version, which only rises.
    """
    found = await tables.contents(backend.database, without=("id", "updated_at"), except_for=("audit_log",))
    events = [{name: value for name, value in row.items() if name[:5] != "week_"} for row in found["events"]]
    return {**found, "events": [{**event, "version": ...} for event in events]}


def weeks_of(runs: tuple[WeeklyRunResult, ...]) -> list[str]:
    return [str(run.week) for run in runs]


async def test_on_monday_last_week_is_run_and_not_the_one_that_has_just_begun(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    backend.clock.now = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
    await backend.submit(ANA, 40)
    [run] = await backend.run()
    assert str(run.week) == "2026-W47"
    assert [row.score for row in (await backend.page(Board.WEEK)).standings] == [40]


async def test_every_finished_week_is_run_oldest_first_each_as_a_run_of_its_own(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1}, {ANA: 2, BOB: 1}, {BOB: 3}, {ANA: 9})
    pending = await backend.real.services.weeks.pending(GUILD, EVENT)
    assert [(str(due.week), due.players, due.is_finished) for due in pending] == [
        ("2026-W44", 1, True),
        ("2026-W45", 2, True),
        ("2026-W46", 1, True),
        ("2026-W47", 1, False),
    ]
    assert weeks_of(await backend.run()) == ["2026-W44", "2026-W45", "2026-W46"]
    assert len(await tables.rows(backend.database, WeeklyRun)) == 3
    assert await backend.differences() == []


async def test_without_a_finished_week_the_current_one_is_closed_early(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    [run] = await backend.run()
    assert str(run.week) == "2026-W47"
    late = await backend.submit(ANA, 60)
    assert (str(late.week), str(late.closed_week), late.is_weekly_best) == ("2026-W48", "2026-W47", True)
    with pytest.raises(WeekClosedEarly) as refusal:
        await backend.run()
    closed = refusal.value
    assert (closed.week, closed.ran_at, closed.open_week) == ("2026-W47", backend.clock.now, "2026-W48")
    backend.clock.move(weeks=1)
    assert (await backend.submit(ANA, 55)).closed_week is None
    [run] = await backend.run()
    assert (str(run.week), [row.score for row in await backend.results(run.week)]) == ("2026-W48", [60])


@pytest.mark.parametrize("week", [None, "2026-W47"])
async def test_the_current_week_is_not_closed_before_the_admin_agrees(backend: TestBackend, week: str | None) -> None:
    event = await backend.create_event()
    weeks = backend.real.services.weeks
    with pytest.raises(WeekWithoutScores):
        await weeks.run(ADMIN, EVENT, week)
    await backend.submit(ANA, 50)
    await backend.rate()
    before = await tables.contents(backend.database)
    with pytest.raises(WeekNotOver) as question:
        await weeks.run(ADMIN, EVENT, week)
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert vars(question.value) == {
        "week": "2026-W47",
        "event": EVENT,
        "event_id": event.id,
        "ends_at": monday,
        "next_week": "2026-W48",
    }
    assert await tables.contents(backend.database) == before
    backend.clock.now = monday
    assert weeks_of(await weeks.run(ADMIN, EVENT, week)) == ["2026-W47"]


async def test_a_plan_that_is_overtaken_closes_no_week_unasked(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1}, {ANA: 2})
    weeks, clock = backend.real.services.weeks, backend.clock
    clock.now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    # The plan says that both weeks are over; then the clock is set back, or the time zone changes.
    with statements_seen("GROUP BY leaderboard_scores.week_number", lambda: clock.move(hours=-2)) as planned:
        assert weeks_of(await weeks.run(ADMIN, EVENT)) == ["2026-W46"]
    assert planned


async def test_an_undo_of_one_week_leaves_the_run_of_another(backend: TestBackend) -> None:
    event = await backend.create_event()
    await backend.play({ANA: 1}, {ANA: 2})
    await backend.run("2026-W46")
    await backend.run("2026-W47")
    await backend.rate()
    before = await tables.contents(backend.database)
    weeks = backend.real.services.weeks
    with pytest.raises(NotTheLatestRun) as refusal:
        await weeks.undo(ADMIN, event.id, "2026-W46")
    assert vars(refusal.value) == {"week": "2026-W46", "latest": "2026-W47"}
    assert await tables.contents(backend.database) == before
    for left in (["2026-W46"], []):
        assert str((await weeks.undo(ADMIN, event.id, "2026-W47" if left else "2026-W46")).week) not in left
        with pytest.raises(WeekOpenAlready):
            await weeks.undo(ADMIN, event.id, "2026-W47")


async def test_closing_a_week_of_one_event_leaves_that_week_of_the_others_open(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(name="40L Sprint")
    await backend.submit(ANA, 50)
    await backend.run()
    assert str((await backend.submit(ANA, 50, "40L Sprint")).week) == "2026-W47"
    assert weeks_of(await backend.run(event="40L Sprint")) == ["2026-W47"]


async def test_the_first_weeks_of_two_years_are_two_weeks(backend: TestBackend) -> None:
    await backend.create_event()
    for now in (datetime(2025, 12, 29, tzinfo=UTC), datetime(2027, 1, 10, tzinfo=UTC)):
        backend.clock.now = now
        await backend.submit(ANA, 50)
        await backend.run()
    assert [row["week_number"] for row in await tables.rows(backend.database, WeeklyRun)] == [202601, 202701]


async def test_a_server_goes_by_the_calendar_of_its_time_zone(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.real.services.settings.change(ADMIN, time_zone="America/New_York")
    backend.clock.now = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)
    assert str((await backend.submit(ANA, 50)).week) == "2026-W47"
    backend.clock.move(minutes=1)
    assert str((await backend.submit(ANA, 50)).week) == "2026-W48"
    assert weeks_of(await backend.run()) == ["2026-W47"]


async def test_a_week_that_cannot_be_run_is_refused_with_the_reason(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1}, {ANA: 2})
    await backend.run()
    await backend.real.scoring.recalculate(1)
    before = await tables.contents(backend.database)
    reasons: dict[str, tuple[type[WeekNotRunnable], dict[str, object]]] = {
        "2026-W48": (WeekNotBegun, {"current": "2026-W47"}),
        "2026-W46": (WeekClosedAlready, {"ran_at": backend.clock.now}),
        "2026-W40": (WeekWithoutScores, {}),
    }
    for week, (error, fields) in reasons.items():
        services = backend.real.services
        for asking in (services.weeks.run(ADMIN, EVENT, week), services.results.preview(ADMIN, EVENT, week)):
            with pytest.raises(WeekNotRunnable) as refusal:
                await asking
            assert (type(refusal.value), vars(refusal.value)) == (error, {"week": week, **fields})
    assert await tables.contents(backend.database) == before


async def test_what_is_no_week_is_refused(backend: TestBackend) -> None:
    await backend.create_event()
    with pytest.raises(NotAWeek):
        await backend.run("last week")


async def test_a_preview_gives_the_numbers_of_the_run_and_writes_nothing(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1, BOB: 2}, {ANA: 2, CAI: 7}, {ANA: 3})
    await backend.real.scoring.recalculate(1)
    before = await tables.contents(backend.database)
    results = backend.real.services.results
    previewed = await results.preview(ADMIN, EVENT)
    assert await tables.contents(backend.database) == before
    runs = await backend.run()
    assert weeks_of(runs) == ["2026-W45", "2026-W46"]
    assert await results.answer(GUILD, runs[0].event.id, [run.week for run in runs]) == previewed


async def test_a_preview_of_one_week_previews_that_one(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1, BOB: 2}, {ANA: 3})
    [(previewed, missed)] = await backend.real.services.weeks.preview(
        *(ADMIN, EVENT, "2026-W47"),
        lambda session, weeks: [(str(week), tables.missed_in(session, week)) for week in weeks],
    )
    assert (previewed, missed) == ("2026-W47", {})


async def test_an_undone_run_leaves_everything_as_it_was(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1, BOB: 2}, {ANA: 2, CAI: 7}, {BOB: 3})
    await backend.real.scoring.recalculate(1)
    snapshots = [await everything(backend)]
    for week in ("2026-W46", "2026-W45", "2026-W47"):
        await backend.run(week)
        snapshots.append(await everything(backend))
    for week in ("2026-W47", "2026-W45", "2026-W46"):
        assert await everything(backend) == snapshots.pop()
        assert await backend.undo() == week
    assert await everything(backend) == snapshots.pop()
    assert await backend.differences() == []


async def test_an_undone_week_can_be_played_on_and_run_again(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    [first] = await backend.run()
    assert [row.score for row in await backend.results(first.week)] == [100, 50]
    await backend.submit(ANA, 70)
    result = await backend.real.services.weeks.undo(ADMIN, EVENT)
    assert (str(result.week), result.players, result.ran_at) == ("2026-W47", 2, backend.clock.now)
    assert result.called_back == 1
    assert str((await backend.submit(BOB, 200)).week) == "2026-W47"
    [second] = await backend.run()
    assert [row.score for row in await backend.results(second.week)] == [200, 70]
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []


async def test_without_a_run_there_is_nothing_to_undo(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.create_event(name="40L Sprint")
    await backend.submit(ANA, 50, "40L Sprint")
    await backend.run(event="40L Sprint")
    with pytest.raises(NothingToUndo):
        await backend.undo()


async def test_only_admins_run_preview_and_undo(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    weeks, results = backend.real.services.weeks, backend.real.services.results
    await backend.real.scoring.recalculate(1)
    before = await tables.contents(backend.database)
    for refused in (weeks.run(MEMBER, EVENT), results.preview(MEMBER, EVENT), weeks.undo(MEMBER, EVENT)):
        with pytest.raises(NotAllowed):
            await refused
    assert await tables.contents(backend.database) == before


async def test_admins_of_another_server_do_not_find_the_event(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 50)
    services, stranger = backend.real.services, replace(ADMIN, guild_id=2002)
    weeks, results = services.weeks, services.results
    for refused in (weeks.run(stranger, EVENT), results.preview(stranger, EVENT), weeks.undo(stranger, EVENT)):
        with pytest.raises(EventNotFound):
            await refused


async def test_runs_and_undos_are_in_the_audit_log_and_previews_are_not(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 50, BOB: 100})
    await backend.real.services.results.preview(ADMIN, EVENT)
    await backend.run()
    await backend.undo()
    logged = await tables.rows(backend.database, AuditLog)
    assert [(row["action"], row["detail"], row["event_id"], row["actor_id"]) for row in logged[1:]] == [
        ("weekly reset", {"week": "2026-W47", "players": 2}, 1, ADMIN.discord_id),
        ("weekly undo", {"week": "2026-W47"}, 1, ADMIN.discord_id),
    ]
