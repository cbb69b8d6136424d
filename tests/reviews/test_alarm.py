"""Scores that would move others far, or lie beyond bounds: held, reported, reviewed, and counted or not."""

from dataclasses import replace
from datetime import timedelta
from statistics import fmean, median
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.database.models import AuditLog, Event, HeldScore, Job, LeaderboardScore, Notice, ScoreSubmission
from bot.domain.alarm import bounds_of_others, influence, influence_of_outlier
from bot.domain.methods import Robust
from bot.domain.moderation import TAKEN_BACK
from bot.domain.ratings import RatingScale
from bot.domain.reviews import OwnHeldScores, Review
from bot.domain.rules import Method
from bot.domain.statistics import RunningStatistics
from bot.domain.weeks import Week
from bot.errors import (
    AlarmBoundsSwapped,
    AlarmUnreadable,
    CooldownActive,
    EventEnded,
    InvalidBound,
    NothingHeld,
    PlayerWithdrawn,
    ScoreBeyondAlarm,
    ScoreHeld,
    ScoreTooHigh,
)
from bot.services.events import EventOptions
from bot.services.submissions import _known_bests as known_bests
from bot.ui.reviews import show_refused, show_review
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, MEMBER, TestBackend, open_test_backend
from tests.moderation.test_restoring import CHANGES
from tests.one_database import on_one_database
from tests.world import World

HONEST = {1: 100.0, 2: 200.0, 3: 300.0, 4: 400.0, 5: 500.0}
CHEAT = MEMBER.discord_id
SCALE = RatingScale()

fields = st.lists(st.integers(1, 1000).map(float), min_size=5, max_size=9)


async def contents(backend: TestBackend, *without: str) -> Any:
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []
    left_out = {"audit_log", "held_scores", "jobs", "notices", *without}
    return await tables.contents(backend.database, without={*CHANGES, "added_by"}, except_for=left_out)


async def held_of(backend: TestBackend) -> list[dict[str, Any]]:
    return await tables.rows(backend.database, HeldScore)


@pytest.fixture
async def event(backend: TestBackend) -> TestBackend:
    await backend.create_event(alarm="150")
    await backend.submit_all(HONEST)
    return backend


@on_one_database
@given(scores=fields, new=st.integers(1, 100_000).map(float), replaces=st.booleans())
def test_the_influence_is_that_on_whom_it_moves_furthest_within_a_bound(
    scores: list[float], new: float, replaces: bool
) -> None:
    before = RunningStatistics.of(scores)
    others = scores[1:] if replaces else scores
    after = before.change(scores[0] if replaces else None, new)

    def elo(score: float, statistics: RunningStatistics) -> float:
        field = statistics.field
        return 0.0 if field.spread == 0 else 200 * ((score - field.origin) - field.centre) / field.spread

    moved = max(abs(elo(score, after) - elo(score, before)) for score in others)
    fields_of = before.field, after.field
    exact = influence(*fields_of, (min(others), max(others)), SCALE)
    assert exact == pytest.approx(moved, rel=1e-6, abs=1e-6)
    assert influence(*fields_of, bounds_of_others(*fields_of), SCALE) >= exact * (1 - 1e-6) - 1e-6


@on_one_database
@given(scores=fields, new=st.integers(1, 100_000).map(float), replaces=st.booleans())
def test_an_outlier_has_the_influence_on_whom_it_moves_furthest(
    scores: list[float], new: float, replaces: bool
) -> None:
    def measure(field: list[float]) -> tuple[float, float, float]:
        middle = median(field)
        spread = 1.4826 * median(abs(score - middle) for score in field)
        spread = spread or 1.2533 * fmean(abs(score - middle) for score in field)
        return middle, spread, len(field) / (len(field) + 2) if len(field) < 8 else 1

    def elo(score: float, field: list[float]) -> float:
        middle, spread, shrinkage = measure(field)
        return 200 * shrinkage * max(-4, min(4, (score - middle) / spread if spread else 0))

    others, old = (scores[1:], scores[0]) if replaces else (scores, None)
    middle, spread, _ = measure(scores)
    assume(abs(abs(new - middle) - 4 * spread) > 1e-6)
    is_outlier = spread > 0 and abs(new - middle) > 4 * spread
    moved = max(abs(elo(score, [*others, new]) - elo(score, scores)) for score in others)
    found = influence_of_outlier(Robust(), others, old, new, SCALE)
    assert found == pytest.approx(moved if is_outlier else 0, abs=1e-6)


async def test_a_score_that_moves_others_far_is_held_unrated_and_unseen(event: TestBackend) -> None:
    before = await contents(event, "players", "members")
    with pytest.raises(ScoreHeld) as told:
        await event.submit(CHEAT, 5000, proof="https://example.com/run", interaction_id=77_001)
    assert (told.value.score, told.value.event) == ("5,000", EVENT)
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5000, interaction_id=77_001)
    assert await contents(event, "players", "members") == before
    [held] = await held_of(event)
    assert (held["score"], held["proof"], held["state"]) == (5000, "https://example.com/run", "waiting")
    assert 150 < held["moves"] < 400
    assert (await event.submit(CHEAT, 650)).rank == 1


@on_one_database
async def test_a_held_score_in_the_future_of_a_reset_clock_blocks_no_other(
    event: TestBackend,
) -> None:
    for _ in range(2):
        with pytest.raises(ScoreHeld):
            await event.submit(CHEAT, 5000)
        event.clock.move(hours=-1)
    assert len(await held_of(event)) == 2


async def test_an_approved_score_leaves_all_tables_as_if_counted_at_once(event: TestBackend) -> None:
    async def play(*, alarm: str) -> Any:
        async with open_test_backend(event.database.url, event.clock) as other:
            made = await other.create_event(name=alarm, alarm=alarm)
            for player, score in HONEST.items():
                await other.submit(player, score, alarm)
            return made.id

    reviews = event.real.services.reviews
    names = {await play(alarm="150"): "150", await play(alarm="none"): "none"}
    for name in names.values():
        if name == "none":
            await event.submit(CHEAT, 5000, name)
        else:
            with pytest.raises(ScoreHeld):
                await event.submit(CHEAT, 5000, name)
    asked = await reviews.look(ADMIN)
    assert isinstance(asked, Review)
    assert (consequences := asked.consequences) is not None
    assert (asked.waiting, consequences.before, consequences.elos_moved) == (1, None, 5)
    assert asked.held.moves is not None
    assert 0 <= asked.held.moves - consequences.most_moved <= 1
    approved = await reviews.approve(ADMIN, asked.held.id)
    assert (approved.personal_best, approved.week_is_rerun, approved.reason) == (5000, False, None)
    ratings = []
    for event_id in names:
        await event.real.scoring.recalculate(event_id)
        stats = await tables.stats(event.database, event_id)
        ratings.append([(player, row.all_time_leaderboard_elo) for player, row in stats.items()])
    assert ratings[0] == ratings[1]
    assert await event.differences() == []
    with pytest.raises(NothingHeld):
        await reviews.approve(ADMIN, asked.held.id)
    assert await reviews.look(ADMIN) is None


async def test_a_score_approved_after_its_week_was_closed_counts_for_that_week(event: TestBackend) -> None:
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5000)
    event.clock.move(hours=1)
    await event.run()
    event.clock.move(weeks=1)
    [held] = await held_of(event)
    approved = await event.real.services.reviews.approve(ADMIN, held["id"])
    assert (approved.submission.week.code, approved.week_is_rerun) == (202647, True)
    await contents(event)
    [row] = [one for one in await tables.rows(event.database, ScoreSubmission) if one["score"] == 5000]
    assert (row["submitted_at"], row["made_in_week"]) == (held["held_at"], 202647)
    assert row["interaction_id"] == held["interaction_id"]


async def test_a_held_score_is_shown_with_the_week_that_it_counts_for(event: TestBackend) -> None:
    reviews, open_week = event.real.services.reviews, "23–29 November"
    await event.run()
    for player in (CHEAT, 7):
        with pytest.raises(ScoreHeld):
            await event.submit(player, 5000)
    event.clock.move(weeks=1)
    asked = await reviews.look(ADMIN)
    assert isinstance(asked, Review)
    assert f"The podium of {open_week} would be " in str(show_review(asked).cards)
    approved = await reviews.approve(ADMIN, asked.held.id)
    assert approved.submission.week == asked.held.week == Week(2026, 48)
    refused = await reviews.refuse(ADMIN, 2)
    assert f"{EVENT} · {open_week}" in str(show_refused(refused).cards)


async def test_a_refused_score_never_counts_and_its_player_sees_why(event: TestBackend) -> None:
    reviews = event.real.services.reviews
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5000)
    before = await contents(event)
    [held] = await held_of(event)
    refused = await reviews.refuse(ADMIN, held["id"], "no video")
    assert (refused.state, refused.reason, refused.player.discord_id) == ("refused", "no video", CHEAT)
    assert await contents(event) == before
    own = await reviews.look(MEMBER)
    assert isinstance(own, OwnHeldScores)
    assert [(one.score, one.state, one.reason) for one in own.scores] == [(5000, "refused", "no video")]
    [entry] = [row for row in await tables.rows(event.database, AuditLog) if row["action"] == "refuse score"]
    assert (entry["detail"], entry["reason"]) == ({"score": 5000, "format": "number"}, "no video")
    for change in (reviews.approve, reviews.refuse):
        with pytest.raises(NothingHeld):
            await change(ADMIN, held["id"])
    # Admins who refuse scores of their own take none back.
    with pytest.raises(ScoreHeld):
        await event.submit(ADMIN.discord_id, 5000)
    assert not (await reviews.refuse(ADMIN, held["id"] + 1, "a typo")).is_taken_back


async def test_a_player_sees_the_latest_five_of_their_held_scores(event: TestBackend) -> None:
    for score in range(5001, 5008):
        event.clock.move(minutes=1)
        with pytest.raises(ScoreHeld):
            await event.submit(CHEAT, score)
    await event.real.services.reviews.refuse(ADMIN, 7, "  no\n video ")
    await event.create_event(actor=replace(ADMIN, guild_id=GUILD + 1), alarm_max="1")
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5008, guild_id=GUILD + 1)
    own = await event.real.services.reviews.look(MEMBER)
    assert isinstance(own, OwnHeldScores)
    assert [one.score for one in own.scores] == [5007, 5006, 5005, 5004, 5003]
    assert own.scores[0].reason == "no video"
    # If the chosen score no longer waits, the admin sees the first one.
    beyond = await event.real.services.reviews.look(ADMIN, 6)
    assert isinstance(beyond, Review)
    assert (beyond.held.score, beyond.place, beyond.waiting) == (5001, 0, 6)


async def test_a_score_that_its_event_does_not_take_any_more_is_only_refused(event: TestBackend) -> None:
    services = event.real.services
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5000)
    await services.events.edit(ADMIN, EVENT, EventOptions(max_score="1000"))
    shown = await services.reviews.look(ADMIN)
    assert isinstance(shown, Review)
    assert not shown.can_be_approved
    assert (
        "The event does not take this score any more, so it can only be refused." in show_review(shown).cards[0].lines
    )
    with pytest.raises(ScoreTooHigh):
        await services.reviews.approve(ADMIN, shown.held.id)


async def test_a_score_is_not_called_beyond_alarm_bounds_that_let_it_pass_now(event: TestBackend) -> None:
    services = event.real.services
    await services.events.edit(ADMIN, EVENT, EventOptions(alarm_max="600"))
    with pytest.raises(ScoreBeyondAlarm):
        await event.submit(CHEAT, 700)
    for bound, why in {
        "650": "It is beyond the alarm bounds.",
        "700": "It was beyond the alarm bounds, which have changed since.",
        "none": "It was beyond the alarm bounds, which have changed since.",
    }.items():
        await services.events.edit(ADMIN, EVENT, EventOptions(alarm_max=bound))
        shown = await services.reviews.look(ADMIN)
        assert isinstance(shown, Review)
        assert why in show_review(shown).cards[0].lines


@on_one_database
async def test_an_approval_is_shown_with_the_elo_then_and_the_best_now(event: TestBackend) -> None:
    services = event.real.services
    await services.events.edit(ADMIN, EVENT, EventOptions(alarm_max="600"))
    told = []
    for player, score in ((5, 700), (5, 650), (CHEAT, 700)):
        with pytest.raises(ScoreBeyondAlarm):
            await event.submit(player, score)
        shown = await services.reviews.look(ADMIN)
        assert isinstance(shown, Review)
        told.append(show_review(shown).cards[0].text.split("If it is approved\n")[1].split("\n")[:2])
        if player == 5:
            await services.reviews.approve(ADMIN, shown.held.id)

    assert told == [
        ["Player 5 would have **700** (still #1).", "Elo 1283 → **1350** · best now 500"],
        ["The best of Player 5 stays **700** (#1).", "No other player's Elo moves."],
        ["Player 8 would have **700** (#1).", "Elo **1260** · no score now"],
    ]


@on_one_database
async def test_an_admin_learns_that_a_player_may_have_taken_a_score_back(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "event edit", event=EVENT, **{"alarm-max": "100"})
    held = await world.submit("Ana", 500)
    review = await world.use(world.admin, "review")
    await world.click("Ana", held, "Take back")

    assert await world.refused(world.click(world.admin, review, "Approve")) == (
        "This score waits no longer: an admin has decided, or its player has taken it back. `/review` shows what waits."
    )


async def test_admins_are_reminded_every_day_while_a_score_waits(event: TestBackend) -> None:
    with pytest.raises(ScoreHeld):
        await event.submit(CHEAT, 5000)
    settings = event.real.services.settings
    for _ in range(3):
        assert await event.real.jobs.do_due() == 1
        [notice] = await tables.rows(event.database, Notice)
        assert (notice["guild_id"], notice["trouble"], notice["shown_at"]) == (GUILD, "score held", None)
        assert await event.real.jobs.do_due() == 0
        assert len(await settings.notices(ADMIN)) == 1
        event.clock.move(days=1)
    [held] = await held_of(event)
    await event.real.services.reviews.refuse(ADMIN, held["id"])
    assert await tables.rows(event.database, Notice) == []
    assert await tables.rows(event.database, Job) == []


async def test_under_robust_only_an_outlier_that_moves_others_far_is_held(backend: TestBackend) -> None:
    await backend.create_event(alarm="150")
    await tables.execute(backend.database, update(Event).values(method=Method.ROBUST))
    await backend.submit_all({1: 10, 2: 20, 3: 30, 4: 100, 5: 110})
    before = await contents(backend, "players", "members")
    for player, score in ((CHEAT, 221), (CHEAT, 1_000_000), (1, 1_000_000)):
        with pytest.raises(ScoreHeld):
            await backend.submit(player, score)
    assert await contents(backend, "players", "members") == before
    assert [held["moves"] for held in await held_of(backend)] == [285, 285, 372]
    # A score within four spreads counts, however far it moves the median.
    assert (await backend.submit(6, 132)).rank == 1


async def test_under_robust_an_outlier_is_held_in_a_field_too_large_to_cache(backend: TestBackend) -> None:
    await backend.create_event("LOW", alarm="150")
    await tables.execute(backend.database, update(Event).values(method=Method.ROBUST))
    with patch.object(known_bests, "MOST_SCORES", 0):
        # Of most bests equal, the median deviation is 0, and the mean deviation follows every score.
        await backend.submit_all({1: 10, 2: 10, 3: 10, 4: 10, 5: 50, 6: 90})
        await backend.rate()
        with pytest.raises(ScoreHeld):
            await backend.submit(CHEAT, 500_000)
        assert (await backend.submit(7, 60)).players == 7


async def test_small_fields_ranks_and_events_without_alarm_hold_nothing(backend: TestBackend) -> None:
    await backend.create_event(alarm="150")
    await backend.submit_all({player: score for player, score in HONEST.items() if player < 5})
    assert (await backend.submit(CHEAT, 1_000_000)).rank == 1
    with pytest.raises(ScoreHeld):
        await backend.submit(6, 100_000_000)
    await tables.execute(backend.database, update(Event).values(method=Method.RANKS))
    assert (await backend.submit(6, 200_000_000)).rank == 1
    await backend.real.services.events.edit(ADMIN, EVENT, EventOptions(alarm_min="50", alarm_max="1k"))
    for score in (49, 1001):
        with pytest.raises(ScoreBeyondAlarm):
            await backend.submit(7, score)
    assert (await backend.submit(7, 1000)).rank != 1
    assert [row["moves"] for row in await held_of(backend) if row["score"] in (49, 1001)] == [None, None]
    for options, error in (
        (EventOptions(alarm="0"), AlarmUnreadable),
        (EventOptions(alarm="²"), AlarmUnreadable),
        (EventOptions(alarm_min="9k"), AlarmBoundsSwapped),
        (EventOptions(alarm_max="fast"), InvalidBound),
    ):
        with pytest.raises(error):
            await backend.real.services.events.edit(ADMIN, EVENT, options)


async def test_a_held_score_costs_the_cooldown_and_needs_a_present_player(event: TestBackend) -> None:
    async with open_test_backend(event.database.url, event.clock, submit_cooldown_seconds=60) as strict:
        event.clock.move(minutes=2)
        with pytest.raises(ScoreHeld):
            await strict.submit(CHEAT, 5000)
        event.clock.now += timedelta(seconds=10)
        for score in (6000, 1):
            with pytest.raises(CooldownActive) as refused:
                await strict.submit(CHEAT, score)
            assert refused.value.until == event.clock.now + timedelta(seconds=50)
    await event.real.services.withdrawals.withdraw(ADMIN, CHEAT)
    [held] = await held_of(event)
    with pytest.raises(PlayerWithdrawn):
        await event.real.services.reviews.approve(ADMIN, held["id"])
    bests = await tables.rows(event.database, LeaderboardScore)
    assert {row["score"] for row in bests} == set(HONEST.values())


async def test_a_held_score_that_is_taken_back_gives_the_cooldown_back(event: TestBackend) -> None:
    async with open_test_backend(event.database.url, event.clock, submit_cooldown_seconds=60) as strict:
        event.clock.move(minutes=2)
        for score in (5000, 5001):
            with pytest.raises(ScoreHeld):
                await strict.submit(CHEAT, score)
            held = (await held_of(event))[-1]
            await event.real.services.reviews.take_back(MEMBER, held["interaction_id"])
        await strict.submit(CHEAT, 250)
        # What an admin refuses costs the cooldown, whatever the reason says.
        event.clock.move(minutes=2)
        with pytest.raises(ScoreHeld):
            await strict.submit(CHEAT, 5002)
        held = (await held_of(event))[-1]
        await event.real.services.reviews.refuse(ADMIN, held["id"], TAKEN_BACK)
        for score in (5003, 260):
            with pytest.raises(CooldownActive):
                await strict.submit(CHEAT, score)


async def test_a_held_score_of_a_past_season_can_only_be_refused(event: TestBackend) -> None:
    reviews = event.real.services.reviews
    event.clock.move(weeks=1)
    await event.run()
    for score in (5000, 6000):
        event.clock.move(minutes=1)
        with pytest.raises(ScoreHeld):
            await event.submit(CHEAT, score)
    await event.real.services.events.edit(ADMIN, EVENT, EventOptions(last_week="2026-W47"))
    shown = await reviews.look(ADMIN, 1)
    assert isinstance(shown, Review)
    assert (shown.held.score, shown.place, shown.waiting, shown.consequences) == (6000, 1, 2, None)
    assert "it can only be refused" in str(show_review(shown).cards)
    with pytest.raises(EventEnded):
        await reviews.approve(ADMIN, shown.held.id)
    await reviews.refuse(ADMIN, shown.held.id)
    assert isinstance(first := await reviews.look(ADMIN, 1), Review)
    assert (first.held.score, first.place, first.waiting) == (5000, 0, 1)
