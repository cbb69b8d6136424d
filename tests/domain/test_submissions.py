"""What becomes of a submission, from what is known of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.ratings import RatingScale, ScoreDirection
from bot.domain.recount import is_same_field
from bot.domain.results import EventInfo
from bot.domain.scores import ScoreStyle
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Accepted, Known, OpenEvent, StoredBest, Submission, accept
from bot.domain.weeks import Week
from bot.errors import AlreadyCounted, CooldownActive, EventArchived, InvalidScore

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
CURRENT = Week(2026, 47)
MINUTE = timedelta(minutes=1)


def open_event(*scores: float, direction: str = "HIGH", **changes: Any) -> OpenEvent:
    info = {"min_score": None, "max_score": None, "is_active": True, **changes}
    event = EventInfo(1, 1001, "Tetris", ScoreDirection(direction), ScoreStyle(), **info)
    return OpenEvent(event, "UTC", RunningStatistics.of(scores), version=len(scores))


def known(**changes: Any) -> Known:
    nothing: dict[str, Any] = {"is_counted": False, "latest": None, "closed_weeks": (), "personal": None, "weekly": {}}
    return Known(player_id=1, current=CURRENT, **{**nothing, **changes})


def submit(event: OpenEvent, score: float, **changes: Any) -> Accepted:
    submission = Submission(1, 1001, 7, "ana", "Ana", "Tetris", str(score))
    return accept(submission, event, score, known(**changes), NOW, MINUTE)


def test_a_first_score_is_every_kind_of_best_and_moves_the_field() -> None:
    event = open_event()
    accepted = submit(event, 100)
    assert (accepted.verdict.is_personal_best, accepted.verdict.is_weekly_best, accepted.rank(0)) == (True, True, 1)
    assert (event.statistics.count, event.version, event.moves) == (1, 1, [(None, 100)])
    result = accepted.result("Ana", RatingScale(), better=0)
    assert (result.week, result.closed_week, result.players, result.elo) == (CURRENT, None, 1, 1000)


def test_a_score_that_is_no_best_moves_nothing() -> None:
    event = open_event(100, 200)
    accepted = submit(event, 50, personal=StoredBest(5, 100), weekly={CURRENT: StoredBest(6, 60)})
    assert (accepted.verdict.is_personal_best, accepted.verdict.is_weekly_best, accepted.rank(1)) == (False, False, 2)
    assert (event.version, event.moves) == (2, [])


def test_a_weekly_best_moves_the_field_of_its_week() -> None:
    event = open_event(500, 400)
    event.week, event.week_statistics = CURRENT, RunningStatistics.of([60, 80])
    submit(event, 70, personal=StoredBest(5, 500), weekly={CURRENT: StoredBest(6, 60)})
    submit(event, 90, personal=StoredBest(7, 400))
    assert is_same_field(event.week_statistics.field, RunningStatistics.of([70, 80, 90]).field)
    assert event.moves == []


def test_the_field_of_another_week_is_not_that_of_the_one_before() -> None:
    event = open_event(500)
    event.week, event.week_statistics = Week(2026, 46), RunningStatistics.of([500])
    for score in (60.0, 70.0):
        submit(event, score, personal=StoredBest(5, 500))
        assert event.week == CURRENT
        assert event.week_statistics is None


@pytest.mark.parametrize(
    ("closed", "week"), [((), CURRENT), ((CURRENT,), Week(2026, 48)), ((CURRENT, Week(2026, 48)), Week(2026, 49))]
)
def test_it_counts_for_the_first_week_that_is_open(closed: tuple[Week, ...], week: Week) -> None:
    weekly = {CURRENT: StoredBest(1, 500), Week(2026, 48): StoredBest(2, 50)}
    accepted = submit(open_event(), 100, closed_weeks=closed, weekly=weekly)
    assert accepted.week == week
    assert accepted.verdict.is_weekly_best == (week != CURRENT)
    assert accepted.result("Ana", RatingScale(), better=0).closed_week == (CURRENT if closed else None)


@pytest.mark.parametrize(
    ("direction", "moves", "rank"),
    [
        ("HIGH", [(None, 101)], 4),
        ("HIGH", [(None, 100), (None, 99)], 3),
        ("HIGH", [(50, 150), (120, 150)], 4),
        ("LOW", [(None, 99), (150, 90), (90, 80)], 5),
    ],
)
def test_a_rank_counts_whoever_went_ahead_just_before(
    direction: str, moves: list[tuple[float | None, float]], rank: int
) -> None:
    event = open_event(*(100.0 for _ in range(9)), direction=direction)
    for old, new in moves:
        event.move(old, new)
    assert submit(event, 100).rank(2) == rank


def test_a_second_delivery_and_haste_are_refused_and_move_nothing() -> None:
    event = open_event(100)
    with pytest.raises(AlreadyCounted):
        submit(event, 200, is_counted=True, latest=NOW)
    with pytest.raises(CooldownActive, match="20 second"):
        submit(event, 200, latest=NOW - timedelta(seconds=40.5))
    assert event.moves == []


def test_only_what_the_event_takes_is_read() -> None:
    assert open_event(min_score=10.0, max_score=20.0).read("10") == 10
    for text, sentence in (("9", "10 and above"), ("21", "20 and below"), ("ten", "not a score")):
        with pytest.raises(InvalidScore, match=sentence):
            open_event(min_score=10.0, max_score=20.0).read(text)
    with pytest.raises(EventArchived):
        open_event(is_active=False).read("10")
