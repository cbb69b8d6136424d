"""What the database should hold, told from the log alone."""

import itertools
from datetime import timedelta

import pytest

from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics
from bot.domain.verification import (
    ArchivedRun,
    Best,
    Derivation,
    Deviation,
    LoggedScore,
    Ratings,
    Result,
    deviations,
    statistics_of,
)
from tests.backends import NOON

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
ANA, BOB, CAI = 1, 2, 3
MISSED = Result(None, None, 0, None)

_ids = itertools.count(1)


def logged(player_id: int, score: float, *, minute: int = 0, removed: int | None = None) -> LoggedScore:
    removed_at = None if removed is None else NOON + timedelta(minutes=removed)
    return LoggedScore(next(_ids), player_id, score, NOON + timedelta(minutes=minute), removed_at)


def run_of(scores: list[LoggedScore], *, minute: int = 100, missed_week_elo: int = 0) -> ArchivedRun:
    field = RunningStatistics.of(entry.score for entry in scores).field
    return ArchivedRun(NOON + timedelta(minutes=minute), field, RatingScale(missed_week_elo=missed_week_elo))


def archive_of(*weeks: list[LoggedScore], direction: ScoreDirection = HIGH) -> list[dict[int, Result]]:
    """The results of weeks that were run, by player."""
    derivation = Derivation(direction)
    return [derivation.closed_week(run_of(log), log)[1] for log in weeks]


@pytest.mark.parametrize(("direction", "best"), [(HIGH, 30.0), (LOW, 10.0)])
def test_a_players_best_is_the_best_under_the_direction_of_the_event(direction: ScoreDirection, best: float) -> None:
    derivation = Derivation(direction)
    of_week = derivation.open_week([logged(ANA, 20), logged(ANA, 30), logged(ANA, 10), logged(BOB, 15)])
    assert of_week == derivation.personal_bests()
    assert of_week == {ANA: Best(best, NOON), BOB: Best(15, NOON)}


def test_of_equal_scores_the_first_is_the_best_whichever_week_it_counts_for() -> None:
    later_week, earlier_week = logged(ANA, 5), logged(ANA, 5, minute=1)
    derivation = Derivation(HIGH)
    assert derivation.open_week([earlier_week, logged(ANA, 5, minute=2)]) == {ANA: Best(5, earlier_week.submitted_at)}
    derivation.open_week([later_week])
    assert derivation.personal_bests() == {ANA: Best(5, NOON)}


def test_a_removed_score_is_no_best() -> None:
    derivation = Derivation(HIGH)
    assert derivation.open_week([logged(ANA, 5, removed=1), logged(BOB, 4)]) == {BOB: Best(4, NOON)}
    assert derivation.personal_bests() == {BOB: Best(4, NOON)}


def test_a_result_has_the_rank_and_the_elo_of_its_weeks_field() -> None:
    [archive] = archive_of([logged(ANA, 100), logged(BOB, 50), logged(CAI, 50)], direction=LOW)
    assert {player: result.rank for player, result in archive.items()} == {BOB: 1, CAI: 1, ANA: 3}
    assert archive[ANA] == Result(100, NOON, 717, 3)


def test_a_missed_week_counts_from_the_first_week_a_player_took_part_in() -> None:
    first, second, third = archive_of([logged(ANA, 1)], [logged(BOB, 2)], [logged(ANA, 3)])
    assert [sorted(archive) for archive in (first, second, third)] == [[ANA], [ANA, BOB], [ANA, BOB]]
    assert (second[ANA], third[BOB]) == (MISSED, MISSED)


def test_a_missed_week_counts_what_it_counted_when_the_week_was_run() -> None:
    derivation, log = Derivation(HIGH), [logged(BOB, 2)]
    derivation.closed_week(run_of([]), [logged(ANA, 1)])
    _, archive = derivation.closed_week(run_of(log, missed_week_elo=800), log)
    assert archive[ANA].weekly_elo == 800


def test_a_score_removed_after_its_week_was_run_stays_in_the_archive() -> None:
    derivation = Derivation(HIGH)
    removed_later, removed_before = logged(ANA, 1, removed=200), logged(BOB, 2, removed=50)
    field, archive = derivation.closed_week(run_of([removed_later]), [removed_later, removed_before])
    assert (field.size, set(archive)) == (1, {ANA})
    assert derivation.personal_bests() == {}


def test_an_average_is_over_the_weeks_counted_missed_ones_included() -> None:
    derivation = Derivation(HIGH)
    for scores in ([logged(ANA, 1), logged(BOB, 2)], [logged(ANA, 1)]):
        derivation.closed_week(run_of(scores), scores)
    field = statistics_of(derivation.personal_bests()).field
    assert derivation.ratings(ANA, None, field, RatingScale()) == Ratings(900, 2, 800, 850)
    assert derivation.ratings(BOB, None, field, RatingScale()) == Ratings(600, 2, 1200, 900)
    assert derivation.rated_players() == {ANA, BOB}


def test_elos_that_await_a_recalculation_stay_as_they_are() -> None:
    derivation, scores = Derivation(HIGH), [logged(ANA, 1)]
    derivation.closed_week(run_of(scores), scores)
    field = statistics_of(derivation.personal_bests()).field
    assert derivation.ratings(ANA, Ratings(7.0, 7, 77, 777), field, None) == Ratings(1000, 1, 77, 777)


def test_the_statistics_of_a_field_are_those_of_its_bests() -> None:
    bests = Derivation(HIGH).open_week([logged(ANA, 1), logged(BOB, 3), logged(ANA, 2)])
    assert statistics_of(bests) == RunningStatistics.of([2, 3])
    assert statistics_of({}) == RunningStatistics()


def test_what_deviates_is_changed_missing_or_too_much() -> None:
    computed = {ANA: "a", BOB: "b", CAI: "c"}
    found = deviations([(4, "d"), (CAI, "c"), (BOB, "x")], computed, lambda key, _: computed.get(key))
    assert found == [Deviation(ANA, None, "a"), Deviation(BOB, "x", "b"), Deviation(4, "d", None)]
