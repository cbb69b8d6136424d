"""The outcome of a submission, from what is known about it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Decision, Known, OpenEvent, StoredBest, decide
from bot.domain.verification import is_same_field
from bot.domain.weeks import Week
from bot.errors import CooldownActive, EventArchived, NotANumber, Range, ScoreTooHigh, ScoreTooLow
from tests.refusals import outcome

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
CURRENT = Week(2026, 47)
MINUTE = timedelta(minutes=1)
ANA, BOB, CAI = 1, 2, 3


def open_event(*scores: float, direction: ScoreDirection = HIGH, **changes: Any) -> OpenEvent:
    info = {"min_score": None, "max_score": None, "is_active": True, **changes}
    return OpenEvent(
        info=EventInfo(1, 1001, "Tetris", direction, ScoreStyle(), **info),
        time_zone="UTC",
        version=7,
        scores_version=len(scores),
        statistics=RunningStatistics.of(scores),
        week=None,
        week_statistics=RunningStatistics(),
    )


def decided(score: float, direction: ScoreDirection = HIGH, **changes: Any) -> Decision:
    nothing: dict[str, Any] = {
        "is_withdrawn": False,
        "latest": None,
        "closed_weeks": (),
        "personal": None,
        "weekly": {},
    }
    return decide(score, Known(current=CURRENT, **{**nothing, **changes}), direction, NOW, MINUTE)


@pytest.mark.parametrize(("direction", "better", "worse"), [(HIGH, 6.0, 4.0), (LOW, 4.0, 6.0)])
def test_only_a_first_or_a_better_score_is_a_best(direction: ScoreDirection, better: float, worse: float) -> None:
    cases = {(5.0, None): 5.0, (better, 5.0): better, (5.0, 5.0): None, (worse, 5.0): None}
    for (score, best), new in cases.items():
        stored = None if best is None else StoredBest(1, best)
        weekly = {} if stored is None else {CURRENT: stored}
        decision = decided(score, direction, personal=stored, weekly=weekly)
        is_best = new is not None
        assert (decision.is_personal_best, decision.is_weekly_best) == (is_best, is_best), (score, best)
        assert decision.personal_best == (new or best), (score, best)


def test_the_best_of_a_new_week_may_be_worse_than_the_personal_best() -> None:
    decision = decided(3.0, personal=StoredBest(1, 5.0))
    assert (decision.is_personal_best, decision.is_weekly_best, decision.personal_best) == (False, True, 5.0)


def test_a_first_score_is_every_kind_of_best() -> None:
    decision = decided(100)
    assert (decision.is_personal_best, decision.is_weekly_best) == (True, True)
    assert (decision.week, decision.personal_best) == (CURRENT, 100)
    assert (decision.previous_best, decision.previous_of_week) == (None, None)


def test_a_score_is_compared_with_the_best_of_its_week_and_of_all_time() -> None:
    decision = decided(80, personal=StoredBest(5, 100), weekly={CURRENT: StoredBest(6, 60)})
    assert (decision.is_personal_best, decision.is_weekly_best) == (False, True)
    assert (decision.personal_best, decision.previous_best, decision.previous_of_week) == (100, 100, 60)
    lower = decided(80, LOW, personal=StoredBest(5, 100), weekly={CURRENT: StoredBest(6, 60)})
    assert (lower.is_personal_best, lower.is_weekly_best) == (True, False)


@pytest.mark.parametrize(
    ("closed", "week"), [((), CURRENT), ((CURRENT,), Week(2026, 48)), ((CURRENT, Week(2026, 48)), Week(2026, 49))]
)
def test_it_counts_for_the_first_week_that_is_open(closed: tuple[Week, ...], week: Week) -> None:
    weekly = {CURRENT: StoredBest(1, 500), Week(2026, 48): StoredBest(2, 50)}
    decision = decided(100, closed_weeks=closed, weekly=weekly)
    assert decision.week == week
    assert decision.is_weekly_best == (week != CURRENT)
    assert decision.weekly == weekly.get(week)


def test_a_score_within_the_cooldown_is_refused_until_the_cooldown_ends() -> None:
    with pytest.raises(CooldownActive) as refusal:
        decided(200, latest=NOW - timedelta(seconds=40.5))
    assert refusal.value.until == NOW + timedelta(seconds=19.5)
    assert decided(200, latest=NOW - MINUTE).is_personal_best


def test_a_personal_best_moves_the_field_of_the_event() -> None:
    event = open_event(100, 200)
    event.move(ANA, 100, 150)
    event.move(CAI, None, 300)
    assert is_same_field(event.statistics.field, RunningStatistics.of([150, 200, 300]).field)
    assert (event.moves, event.week_moves, event.has_moved) == ({ANA: (100, 150), CAI: (None, 300)}, {}, True)


def test_a_weekly_best_moves_the_field_of_its_week_alone() -> None:
    event = open_event(500, 400)
    event.begin_week(CURRENT, RunningStatistics.of([60, 80]))
    assert not event.has_moved
    event.move_week(ANA, 60, 70)
    event.move_week(BOB, None, 90)
    assert is_same_field(event.week_statistics.field, RunningStatistics.of([70, 80, 90]).field)
    assert is_same_field(event.statistics.field, RunningStatistics.of([500, 400]).field)
    assert (event.moves, event.week_moves, event.has_moved) == ({}, {ANA: (60, 70), BOB: (None, 90)}, True)


def test_a_week_that_begins_takes_the_place_of_the_one_before() -> None:
    event = open_event(500)
    event.begin_week(Week(2026, 46), RunningStatistics.of([500]))
    event.begin_week(CURRENT, RunningStatistics())
    event.move_week(ANA, None, 60)
    assert (event.week, event.week_statistics.field.size, event.week_statistics.field.middle) == (CURRENT, 1, 60)


@pytest.mark.parametrize(
    ("direction", "moves", "overtaken"),
    [
        (HIGH, [(None, 101)], 1),
        (HIGH, [(None, 100), (None, 99)], 0),
        (HIGH, [(50, 150), (120, 150)], 1),
        (HIGH, [(100, 150)], 1),
        (LOW, [(None, 99), (150, 90), (90, 80)], 2),
    ],
)
def test_whoever_went_ahead_just_before_is_counted_once(
    direction: ScoreDirection, moves: list[tuple[float | None, float]], overtaken: int
) -> None:
    event = open_event(*(100.0 for _ in range(9)), direction=direction)
    for player, (old, new) in enumerate(moves, 1):
        event.move(player, old, new)
    assert event.overtaken(100) == overtaken


def test_only_what_the_event_takes_is_read() -> None:
    event = open_event(min_score=10.0, max_score=2000.0)
    taken = Range("10", "2,000", takes_least=True, takes_greatest=True)
    read = {text: outcome(event.read, text) for text in ("10", "2,000", "9", "2001", "ten")}
    assert read == {
        "10": 10,
        "2,000": 2000,
        "9": (ScoreTooLow, event.info.name, "9", taken, None, False),
        "2001": (ScoreTooHigh, event.info.name, "2,001", taken, None, False),
        "ten": (NotANumber, event.info.name, "ten"),
    }
    with pytest.raises(EventArchived):
        open_event(is_active=False).read("10")
