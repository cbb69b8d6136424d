"""An event has a first and a last week, ends, and begins a new season; its past seasons stay as they were."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import pytest

from bot.database.models import AuditLog, Event, Excuse, WeeklyRun
from bot.domain.standings import Board
from bot.domain.text import name_key
from bot.errors import (
    EventArchived,
    EventEnded,
    EventNotBegun,
    EventNotFound,
    LeaderboardError,
    NotAWeek,
    ScoreHeld,
    SeasonChanged,
    SeasonEmpty,
    SeasonHasHeld,
    SeasonHasScores,
    SeasonOpen,
    SeasonOpenAhead,
    SeasonOver,
    SeasonPast,
    SeasonSwapped,
    SeasonUnknown,
)
from bot.services.events import EventOptions
from bot.ui.refusals import sentence
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.transfer.test_transfer import file_of

E = TypeVar("E", bound=LeaderboardError)

FIRST = f"{EVENT} · season 1"


async def edit(backend: TestBackend, first_week: str | None = None, last_week: str | None = None) -> None:
    options = EventOptions(first_week=first_week, last_week=last_week)
    await backend.real.services.events.edit(ADMIN, EVENT, options)


async def refused(error: type[E], doing: Awaitable[object]) -> E:
    with pytest.raises(error) as refusal:
        await doing
    return refusal.value


async def begin_again(backend: TestBackend, event: str = EVENT, **weeks: str) -> None:
    await backend.real.services.events.begin_again(ADMIN, event, **weeks)


async def test_scores_are_taken_from_the_first_week_to_the_last(backend: TestBackend) -> None:
    await backend.real.services.settings.change(ADMIN, time_zone="Europe/Berlin")
    await backend.create_event(first_week="2026-w48", last_week="2026-W49")

    early = await refused(EventNotBegun, backend.submit(1, 10))
    assert (early.event, early.begins_at.isoformat()) == (EVENT, "2026-11-22T23:00:00+00:00")
    assert await backend.real.services.events.suggest(GUILD, "") == ()
    for _ in range(2):
        backend.clock.move(weeks=1)
        await backend.submit(1, 10)
        await backend.run()
    # Its last week is closed early, so a score would count for a week that it does not have.
    late = await refused(EventEnded, backend.submit(1, 10))
    assert (late.event, late.last_week) == (EVENT, "2026-W49")

    assert await backend.undo() == "2026-W49"
    await backend.submit(1, 30)
    backend.clock.move(weeks=1)
    await refused(EventEnded, backend.submit(1, 40))
    await edit(backend, last_week="none")
    await backend.submit(1, 50)
    assert await backend.differences() == []


async def test_weeks_that_contradict_the_scores_or_each_other_are_refused(backend: TestBackend) -> None:
    await refused(SeasonSwapped, backend.create_event(first_week="2026-W50", last_week="2026-W49"))
    assert (await refused(SeasonOver, backend.create_event(last_week="2026-W46"))).current == "2026-W47"
    for text in ("Sunday", "9999-W52"):
        await refused(NotAWeek, backend.create_event(last_week=text))
    await backend.create_event(name="One week", first_week="2026-W50", last_week="2026-W50")
    await backend.create_event()
    await backend.play({1: 10}, {}, {1: 20})

    for option, week in (("first_week", "2026-W46"), ("last_week", "2026-W46")):
        refusal = await refused(SeasonHasScores, edit(backend, **{option: week}))
        assert (refusal.first, refusal.last) == ("2026-W45", "2026-W47")
    await edit(backend, first_week="2026-W45", last_week="2026-W47")
    await backend.submit(1, 30)


async def test_beginning_again_keeps_name_and_rules_and_archives_the_rest(backend: TestBackend) -> None:
    await backend.create_event("LOW", unit="strokes", min_score="-20", last_week="2026-W47", default_channel_id=7)
    await backend.play({1: 10, 2: 20}, {1: 30})
    assert (await refused(SeasonOpen, begin_again(backend))).week == "2026-W46"
    await backend.run()
    await backend.run()
    await backend.settle_ratings()
    boards = [await backend.page(board) for board in Board if board is not Board.WEEK]
    [before] = await tables.rows(backend.database, Event)

    await begin_again(backend)

    first, second = sorted(await tables.rows(backend.database, Event), key=lambda row: row["id"])
    changed = {"name": FIRST, "is_active": False, "season_of": second["id"], "default_channel_id": None}
    assert first == {**before, **changed, "name_key": name_key(FIRST), "version": first["version"]}
    assert {name for name in before if second[name] != before[name]} == {
        *("id", "version", "season", "first_week", "last_week", "scores_version", "elo_version"),
        *("elo_base", "elo_per_sigma", "elo_field_version", "elo_origin", "elo_centre", "elo_spread"),
        *("elo_submission_id", "score_count", "score_origin", "score_mean", "score_m2", "score_m2_peak"),
        *("week_count", "week_origin"),
    }
    assert (second["season"], second["season_of"], second["first_week"], second["last_week"]) == (2, None, 202648, None)
    for board in boards:
        archived = await backend.page(board.board, FIRST)
        assert [(row.player, row.rank, row.elo) for row in archived.standings] == [
            (row.player, row.rank, row.elo) for row in board.standings
        ]
    assert (await refused(EventNotBegun, backend.submit(1, 9))).event == EVENT
    backend.clock.move(weeks=1)
    assert (await backend.submit(1, 9, "tetris")).players == 1
    log = await tables.rows(backend.database, AuditLog)
    assert [row["detail"] for row in log if row["action"] == "event begin-again"] == [
        {"season": 2, "archived": 1, "archived_name": FIRST}
    ]
    assert await backend.differences() == []


async def test_an_event_begins_again_once_its_held_scores_are_decided(backend: TestBackend) -> None:
    await backend.create_event(alarm_max="1000")
    await backend.play({1: 10, 2: 20})
    with pytest.raises(ScoreHeld):
        await backend.submit(2, 5000)
    backend.clock.move(minutes=1)
    await backend.run()
    backend.clock.move(weeks=1)
    with pytest.raises(ScoreHeld):
        await backend.submit(1, 2000)
    assert (await refused(SeasonHasHeld, begin_again(backend))).event == EVENT
    await backend.real.services.reviews.refuse(ADMIN, 2)
    # A held score from the last week, made after the close, counts for the next week.
    backend.clock.move(weeks=-1)
    with pytest.raises(ScoreHeld):
        await backend.submit(1, 3000)
    await refused(SeasonHasHeld, begin_again(backend))
    await backend.real.services.reviews.refuse(ADMIN, 3)
    backend.clock.move(weeks=1)
    await begin_again(backend)
    # A score made during the season may still count in it.
    await backend.real.services.reviews.approve(ADMIN, 1)
    assert await backend.differences() == []


async def test_a_score_held_before_a_late_close_is_of_the_next_season(backend: TestBackend) -> None:
    await backend.create_event(alarm_max="1000")
    await backend.play({1: 10, 2: 20})
    backend.clock.move(weeks=1)
    with pytest.raises(ScoreHeld):
        await backend.submit(1, 2000)
    backend.clock.move(minutes=1)
    await backend.run("2026-W47")
    await refused(SeasonHasHeld, begin_again(backend))


@pytest.mark.parametrize("reopens", [True, False])
async def test_an_event_closed_early_begins_again_as_its_refusal_says(backend: TestBackend, reopens: bool) -> None:
    await backend.create_event()
    await backend.submit(1, 10)
    await backend.run()
    await backend.submit(2, 20)

    refusal = await refused(SeasonOpenAhead, begin_again(backend))

    until = f"<t:{datetime(2026, 11, 30, tzinfo=UTC).timestamp():.0f}"
    assert sentence(refusal) == (
        f"23–29 November 2026 of {EVENT} takes scores until {until}:F>, {until}:R>: begin again after it closes, "
        "or reopen the week before with `/weekly-undo`."
    )
    if reopens:
        await backend.undo()
    else:
        backend.clock.move(weeks=2)
    assert type(await refused(SeasonOpen, begin_again(backend))) is SeasonOpen
    await backend.run()
    await begin_again(backend)
    assert await backend.differences() == []


async def test_scores_of_the_open_week_that_may_come_back_go_along(backend: TestBackend) -> None:
    services = backend.real.services
    await backend.create_event()
    await backend.play({1: 10, 2: 20}, {2: 30, 3: 5})
    await services.withdrawals.withdraw(ADMIN, 3)
    await services.removals.remove(ADMIN, EVENT, 2, "30")
    await backend.run("2026-W46")
    await begin_again(backend)
    assert await backend.differences() == []
    await services.withdrawals.bring_back(ADMIN, 3)
    await services.removals.restore(ADMIN, EVENT, 2)
    await backend.settle_ratings()
    assert await backend.differences() == []
    assert await backend.elos() == {2: 1200, 3: 800}
    assert await backend.elos(event=FIRST) == {1: 800, 2: 1200}
    await backend.run("2026-W47")
    runs = await tables.rows(backend.database, WeeklyRun)
    assert sorted((row["event_id"], row["week_number"]) for row in runs) == [(1, 202646), (2, 202647)]


async def test_an_event_that_changed_since_the_question_does_not_begin_again(backend: TestBackend) -> None:
    events = backend.real.services.events
    await backend.create_event()
    await backend.submit(1, 10)
    await backend.run()
    asked = await events.preview_season(ADMIN, EVENT, last_week="2026-W52")
    key = asked.archived.id
    assert (asked.archived.name, asked.players, asked.scores) == (FIRST, 1, 1)
    assert (asked.event.first_week, asked.event.last_week) == (202648, 202652)
    again = partial(events.begin_again, ADMIN, key, last_week="2026-W52")

    backend.clock.move(weeks=1)
    await backend.submit(1, 20)
    await refused(SeasonOpen, again(after="2026-W47"))
    await backend.run()
    assert (await refused(SeasonChanged, again(after="2026-W47"))).event == EVENT
    await refused(NotAWeek, again(after="2026-W54"))
    assert [one.name for one in await events.seasons(GUILD, EVENT)] == [EVENT]

    assert (await again(after="2026-W48")).archived.last_week == 202648
    assert (await refused(SeasonPast, again(after="2026-W48"))).current == EVENT


async def test_withdrawn_players_scores_are_not_told_of_a_season_to_archive(backend: TestBackend) -> None:
    services = backend.real.services
    await backend.create_event()
    await backend.submit_all({1: 10, 2: 20})
    await backend.submit(1, 15)
    await backend.run()
    await services.withdrawals.withdraw(ADMIN, 1)
    asked = await services.events.preview_season(ADMIN, EVENT)
    assert (asked.players, asked.scores) == (1, 1)


async def test_an_event_without_an_end_begins_again_after_its_last_closed_week(backend: TestBackend) -> None:
    await backend.create_event(max_score="99")
    assert (await refused(SeasonEmpty, begin_again(backend))).event == EVENT
    names = []
    for _ in range(3):
        await backend.submit(1, 10)
        await backend.run()
        backend.clock.move(weeks=2)
        await begin_again(backend, last_week="2027-W01")
        names = [one.name for one in await backend.real.services.events.seasons(GUILD, FIRST)]
    assert names == [EVENT, f"{EVENT} · season 3", f"{EVENT} · season 2", FIRST]
    standings = backend.real.services.standings

    page = await standings.page(GUILD, EVENT, Board.ALL_TIME, 0, 1, season=" 2 ")

    assert (page.event.name, [row.score for row in page.standings]) == (f"{EVENT} · season 2", [10])
    assert page.season is not None
    assert (page.season.number, page.season.has_ended) == (2, True)
    assert (await refused(SeasonUnknown, standings.page(GUILD, FIRST, Board.WEEK, 0, 1, season="9"))).seasons == 4
    assert (await refused(SeasonPast, begin_again(backend, FIRST))).current == EVENT
    page = await standings.page(GUILD, FIRST, Board.ALL_TIME, 0, 1, season="4")
    current = page.season
    assert current is not None
    assert (current.number, current.weeks_left, current.begins_at, current.has_ended) == (4, 2, None, False)
    # Nobody has played the week that is over, so it belongs to no season.
    assert page.event.first_week == 202653


async def test_a_past_season_can_be_put_right_and_takes_no_scores(backend: TestBackend) -> None:
    services = backend.real.services
    await backend.create_event()
    await backend.submit_all({1: 10, 2: 90, 3: 20})
    await backend.run()
    await begin_again(backend, first_week="2026-W47")
    await backend.submit(1, 5)

    assert await backend.undo(FIRST) == "2026-W47"
    await services.removals.remove(ADMIN, FIRST, 2)
    await refused(EventArchived, backend.submit(1, 99, FIRST))
    [run] = await backend.run(event=FIRST)

    assert [result.score for result in await backend.results(run.week, FIRST)] == [20, 10]
    assert [row.score for row in (await backend.page()).standings] == [5]
    await backend.settle_ratings()
    assert await backend.differences() == []


async def test_past_seasons_are_carried_elsewhere_with_their_event(backend: TestBackend) -> None:
    await backend.create_event(first_week="2026-W47", last_week="2026-W48")
    await backend.submit_all({1: 10, 2: 20})
    await backend.run()
    await begin_again(backend, last_week="2026-W50")
    transfer, elsewhere = backend.real.services.transfer, 77
    files = [await file_of(backend, GUILD, event) for event in (EVENT, FIRST)]

    for file in files:
        await transfer.carry_out(file, elsewhere)

    assert [await file_of(backend, elsewhere, event) for event in (EVENT, FIRST)] == files
    page = await backend.real.services.standings.page(elsewhere, EVENT, Board.ALL_TIME, 0, 1, season="1")
    assert [(row.score, row.elo) for row in page.standings] == [(20, 1200), (10, 800)]
    assert await backend.differences() == []


async def test_a_name_that_is_taken_or_long_still_leaves_one_for_the_season(backend: TestBackend) -> None:
    long = "👩‍👩‍👧‍👦" * 12
    for name in (EVENT, FIRST, long):
        await backend.create_event(name=name)
    for name in (EVENT, long):
        await backend.submit(1, 10, name)
        await backend.run(event=name)
        await begin_again(backend, name)

    names = {row["name"] for row in await tables.rows(backend.database, Event)}
    assert {EVENT, FIRST, f"{FIRST} (2)", long} < names
    assert all(len(name) <= 100 for name in names)
    for name in (EVENT, long):
        assert next(one.name for one in await backend.real.services.events.seasons(GUILD, name)) == name


async def test_another_server_sees_no_season(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(1, 10)
    await backend.run()
    for event in (EVENT, FIRST):
        elsewhere = backend.real.services.events.begin_again(replace(ADMIN, guild_id=2), event)
        await refused(EventNotFound, elsewhere)


async def test_an_excuse_from_a_week_of_the_new_season_goes_with_it(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({1: 10, 2: 20})
    for week in ("2026-W47", "2026-W48"):
        await backend.real.services.excuses.excuse(ADMIN, 1, week, EVENT)
    await backend.run("2026-W47")
    await begin_again(backend)
    excuses = sorted(await tables.rows(backend.database, Excuse), key=lambda row: row["week_number"])
    events = {row["id"]: row["name"] for row in await tables.rows(backend.database, Event)}
    assert [(row["week_number"], events[row["event_id"]]) for row in excuses] == [(202647, FIRST), (202648, EVENT)]
    await backend.rate()
    assert await backend.differences() == []
