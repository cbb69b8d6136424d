"""Profiles and comparisons: players' data from boards, weeks and the log, over all events of a server."""

import random
from dataclasses import replace

import pytest

from bot.domain.profiles import HeadToHead, Medals, Profile, ServerStanding, Streaks
from bot.domain.rules import Rules
from bot.domain.standings import Board
from bot.errors import (
    EventNotFound,
    NeverSubmitted,
    NoScores,
    NoScoresHere,
    NoScoresYet,
    NoSharedEvent,
    SamePlayer,
    SubmitterWithdrawn,
)
from bot.services.profiles import _service
from tests.backends import ADMIN, EVENT, GUILD, TestBackend

ANA, BEN, CAI, DEE, NOBODY = 1, 2, 3, 4, 99
SPRINT = "Sprint"


async def profile(backend: TestBackend, player: int, viewer: int = NOBODY) -> Profile:
    return await backend.real.services.profiles.show(GUILD, player, viewer)


async def season(backend: TestBackend) -> None:
    """Two events: three weeks of one, the last of them open, and one closed week of the other."""
    await backend.create_event()
    await backend.create_event("LOW", SPRINT, format="time")
    await backend.play({ANA: 100, BEN: 200, CAI: 50}, {ANA: 90, BEN: 80, CAI: 80}, {ANA: 300})
    for seconds, player in ((61.5, BEN), (70, ANA)):
        await backend.submit(player, seconds, SPRINT)
    for week in ("2026-W45", "2026-W46"):
        await backend.run(week)
    await backend.run(event=SPRINT)
    await backend.rate()


async def test_a_profile_tells_of_all_events_what_their_boards_and_weeks_do(backend: TestBackend) -> None:
    await season(backend)
    ana = await profile(backend, ANA)

    boards = {name: await backend.page(Board.OVERALL, name) for name in (EVENT, SPRINT)}
    own = {name: next(row for row in board.standings if row.player.discord_id == ANA) for name, board in boards.items()}
    all_time = {name: await backend.elos(event=name) for name in boards}
    assert {one.event.name: (one.best, one.rank, one.players, one.elo, one.event_elo) for one in ana.events} == {
        EVENT: (300, 1, 3, all_time[EVENT][ANA], own[EVENT].elo),
        SPRINT: (70, 2, 2, all_time[SPRINT][ANA], own[SPRINT].elo),
    }
    assert (ana.medals, ana.streaks, ana.scores) == (Medals(1, 2), Streaks(3, 3), 4)
    assert ana.best_week is not None
    assert (ana.best_week.event.name, str(ana.best_week.week), ana.best_week.rank) == (EVENT, "2026-W46", 1)
    assert ana.since == backend.clock.now.replace(day=4)
    assert ana.player.name == "Player 1"
    assert (await profile(backend, CAI)).medals == Medals(0, 1, 1)


async def test_excused_and_removed_weeks_and_archived_events_are_told_as_such(
    backend: TestBackend,
) -> None:
    await season(backend)
    services = backend.real.services
    await services.removals.remove(ADMIN, EVENT, ANA, "90 · W46")
    assert (await profile(backend, ANA)).streaks == Streaks(1, 1)
    elsewhere = replace(ADMIN, guild_id=GUILD + 1)
    await backend.create_event(actor=elsewhere)
    await backend.submit(ANA, 1, guild_id=GUILD + 1)
    await services.excuses.excuse(elsewhere, ANA, "2026-W46")
    await services.excuses.excuse(ADMIN, ANA, "2026-W46", SPRINT)
    assert (await profile(backend, ANA)).streaks == Streaks(1, 1)
    await services.excuses.excuse(ADMIN, ANA, "2026-W46")
    assert (await profile(backend, ANA)).streaks == Streaks(2, 2)
    before = await profile(backend, ANA)
    assert before.standing is not None
    await services.events.archive(ADMIN, SPRINT)
    ana = await profile(backend, ANA)
    assert [(one.event.name, one.event.is_active) for one in ana.events] == [(EVENT, True), (SPRINT, False)]
    assert ana.standing is not None
    assert (ana.standing.events, ana.standing.total) == (1, before.standing.total - (before.events[-1].event_elo or 0))


async def test_a_week_excused_in_each_event_that_had_it_ends_no_streak(backend: TestBackend) -> None:
    await season(backend)
    services = backend.real.services
    await services.removals.remove(ADMIN, EVENT, ANA, "90 · W46")
    await services.excuses.excuse(ADMIN, ANA, "2026-W46", EVENT)
    assert (await profile(backend, ANA)).streaks == Streaks(1, 1)
    await services.excuses.excuse(ADMIN, ANA, "2026-W46", SPRINT)
    assert (await profile(backend, ANA)).streaks == Streaks(2, 2)
    await services.excuses.take_back(ADMIN, ANA, "2026-W46", SPRINT)
    await services.events.archive(ADMIN, SPRINT)
    assert (await profile(backend, ANA)).streaks == Streaks(2, 2)


async def test_a_week_missed_in_a_past_season_still_ends_a_streak(backend: TestBackend) -> None:
    await season(backend)
    services = backend.real.services
    await services.removals.remove(ADMIN, EVENT, ANA, "90 · W46")
    await services.excuses.excuse(ADMIN, ANA, "2026-W46", SPRINT)
    backend.clock.move(weeks=1)
    await backend.run()
    assert (await profile(backend, ANA)).streaks == Streaks(1, 1)
    await services.events.begin_again(ADMIN, EVENT)
    assert (await profile(backend, ANA)).streaks == Streaks(1, 1)


async def test_the_standing_in_a_server_is_by_the_sum_of_its_overall_boards(backend: TestBackend) -> None:
    scores = random.Random(59)
    names = [EVENT, SPRINT, "Golf", "Gone", "Empty"]
    for name in names:
        await backend.create_event(name=name)
    for player in range(1, 13):
        for name in scores.sample(names[:4], scores.randint(1, 3)):
            await backend.submit(player, scores.randint(1, 5), name)
    for name in names[:4]:
        await backend.run(event=name)
    await backend.rate()
    await backend.real.services.events.archive(ADMIN, "Gone")
    await backend.real.services.rules.change(ADMIN, "Golf", Rules(min_weeks=2))
    await backend.real.services.withdrawals.withdraw(ADMIN, 12)
    await backend.rate()

    elos: dict[int, list[int]] = {}
    for name in names:
        if name != "Gone":
            for row in (await backend.page(Board.OVERALL, name)).standings:
                ranked = [] if row.rank is None or row.elo is None else [row.elo]
                elos.setdefault(row.player.discord_id, []).extend(ranked)
    sums = {player: sum(own) for player, own in elos.items() if own}
    expected = {
        player: ServerStanding(own, len(elos[player]), 1 + sum(own < one for one in sums.values()), len(sums))
        for player, own in sums.items()
    }
    assert len({one.rank for one in expected.values()}) > 5
    assert {player: (await profile(backend, player)).standing for player in sums} == expected


async def test_a_comparison_is_of_events_and_weeks_that_both_have_played(
    backend: TestBackend,
) -> None:
    await season(backend)
    compare = backend.real.services.profiles.compare

    both = await compare(GUILD, BEN, None, ANA)
    assert (both.first.discord_id, both.second.discord_id, both.is_rival) == (ANA, BEN, False)
    assert {one.event.name: (one.first.best, one.second.best, one.lead, one.weeks) for one in both.events} == {
        EVENT: (300, 200, 1, HeadToHead(1, 1)),
        SPRINT: (70, 61.5, -1, HeadToHead(0, 1)),
    }
    assert (both.leads, both.weeks) == (HeadToHead(1, 1), HeadToHead(1, 2))
    others = await compare(GUILD, BEN, CAI, ANA)
    assert (others.weeks, others.is_rival) == (HeadToHead(1, 0, 1), None)
    one = await compare(GUILD, BEN, ANA, ANA, "sprint")
    assert ([row.event.name for row in one.events], one.event_id, one.weeks) == ([SPRINT], 2, HeadToHead(0, 1))


async def test_a_comparison_of_more_events_than_it_shows_counts_all(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await season(backend)
    monkeypatch.setattr(_service, "MOST_EVENTS", 1)
    both = await backend.real.services.profiles.compare(GUILD, BEN, None, ANA)
    assert ([one.event.name for one in both.events], both.more_events) == ([EVENT], 1)
    assert (both.leads, both.weeks) == (HeadToHead(1, 1), HeadToHead(1, 2))


async def test_who_has_nothing_to_show_is_told_why(backend: TestBackend) -> None:
    await season(backend)
    await backend.create_event(name="Golf")
    await backend.submit(DEE, 1, "Golf")
    compare, remove = backend.real.services.profiles.compare, backend.real.services.removals.remove
    for pair, event, error in (
        ((ANA, None), None, SamePlayer),
        ((DEE, None), None, NoSharedEvent),
        ((NOBODY, None), None, NeverSubmitted),
        ((CAI, None), SPRINT, NoScores),
        ((BEN, None), "chess", EventNotFound),
    ):
        with pytest.raises(error):
            await compare(GUILD, *pair, ANA, event)
    with pytest.raises(NoScoresYet):
        await profile(backend, NOBODY)
    await remove(ADMIN, "Golf", DEE)
    for viewer, refusal in ((DEE, NoScoresYet), (ANA, NoScoresHere)):
        with pytest.raises(refusal):
            await profile(backend, DEE, viewer)
    await backend.real.services.withdrawals.withdraw(ADMIN, BEN)
    for viewer, told in ((BEN, SubmitterWithdrawn), (ANA, NoScoresHere)):
        with pytest.raises(told):
            await profile(backend, BEN, viewer)
    with pytest.raises(NeverSubmitted):
        await backend.real.services.profiles.show(GUILD + 1, ANA, BEN)
