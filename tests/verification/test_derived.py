"""What the database should hold, told from the log alone."""

from datetime import timedelta

import pytest

from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.statistics import RunningStatistics
from bot.domain.verification import (
    ArchivedRun,
    Best,
    LoggedScore,
    Result,
    averages_of,
    bests_of,
    counted_in,
    results_of,
    statistics_of,
    weekly_bests_of,
)
from tests.backends import NOON

HIGH, LOW = ScoreDirection.HIGH, ScoreDirection.LOW
ANA, BOB, CAI = 1, 2, 3
MISSED = Result(None, None, 0, None)


def logged(
    player_id: int, score: float, week: int = 202647, *, minute: int = 0, removed: int | None = None
) -> LoggedScore:
    removed_at = None if removed is None else NOON + timedelta(minutes=removed)
    return LoggedScore(player_id, score, week, NOON + timedelta(minutes=minute), removed_at)


def run_of(week: int, scores: list[LoggedScore], *, minute: int = 100, missed_week_elo: int = 0) -> ArchivedRun:
    field = RunningStatistics.of(entry.score for entry in scores if entry.week == week).field
    return ArchivedRun(week, NOON + timedelta(minutes=minute), field, RatingScale(missed_week_elo=missed_week_elo))


def archive_of(
    log: list[LoggedScore], runs: list[ArchivedRun], direction: ScoreDirection
) -> dict[int, dict[int, Result]]:
    """The results of runs, by week, then by player."""
    of_week = {run.week: [entry for entry in log if entry.week == run.week] for run in runs}
    counted = {run.week: bests_of(counted_in(run, of_week[run.week]), direction) for run in runs}
    archive: dict[int, dict[int, Result]] = {run.week: {} for run in runs}
    for (week, player_id), result in results_of(counted, runs, direction).items():
        archive[week][player_id] = result
    return archive


@pytest.mark.parametrize(("direction", "best"), [(HIGH, 30.0), (LOW, 10.0)])
def test_a_players_best_is_the_best_under_the_direction_of_the_event(direction: ScoreDirection, best: float) -> None:
    log = [logged(ANA, 20), logged(ANA, 30, minute=1), logged(ANA, 10, minute=2), logged(BOB, 15)]
    assert bests_of(log, direction)[ANA].score == best
    assert bests_of(log, direction)[BOB] == Best(15, NOON)


def test_of_equal_scores_the_first_is_the_best() -> None:
    assert bests_of([logged(ANA, 5), logged(ANA, 5, minute=1)], HIGH) == {ANA: Best(5, NOON)}


def test_weekly_bests_are_those_of_weeks_that_have_not_been_run() -> None:
    log = [logged(ANA, 1, 202646), logged(ANA, 2, 202647), logged(ANA, 3, 202647, minute=1), logged(BOB, 4, 202648)]
    bests = weekly_bests_of(log, HIGH, closed=[202646])
    assert {key: best.score for key, best in bests.items()} == {(ANA, 202647): 3, (BOB, 202648): 4}


def test_a_result_has_the_rank_and_the_elo_of_its_weeks_field() -> None:
    log = [logged(ANA, 100), logged(BOB, 50), logged(CAI, 50, minute=1)]
    [archive] = archive_of(log, [run_of(202647, log)], LOW).values()
    assert {player: result.rank for player, result in archive.items()} == {BOB: 1, CAI: 1, ANA: 3}
    assert archive[ANA] == Result(100, NOON, 717, 3)


def test_a_missed_week_counts_from_the_first_week_a_player_took_part_in() -> None:
    log = [logged(ANA, 1, 202645), logged(BOB, 2, 202646), logged(ANA, 3, 202647)]
    runs = [run_of(week, log) for week in (202647, 202645, 202646)]
    archive = archive_of(log, runs, HIGH)
    assert [sorted(archive[week]) for week in (202645, 202646, 202647)] == [[ANA], [ANA, BOB], [ANA, BOB]]
    assert archive[202646][ANA] == MISSED
    assert archive[202647][BOB] == MISSED


def test_a_missed_week_counts_what_it_counted_when_the_week_was_run() -> None:
    log = [logged(ANA, 1, 202645), logged(BOB, 2, 202646)]
    runs = [run_of(202645, log), run_of(202646, log, missed_week_elo=800)]
    assert archive_of(log, runs, HIGH)[202646][ANA].weekly_elo == 800


def test_a_score_removed_after_its_week_was_run_stays_in_the_archive() -> None:
    log = [logged(ANA, 1, removed=200), logged(BOB, 2, removed=50)]
    assert set(archive_of(log, [run_of(202647, log)], HIGH)[202647]) == {ANA}


def test_an_average_is_over_the_weeks_counted_missed_ones_included() -> None:
    archive = {
        (202644, ANA): Result(1, NOON, 1550, 1),
        (202645, ANA): Result(1, NOON, 1450, 1),
        (202646, ANA): MISSED,
        (202646, BOB): Result(1, NOON, 1001, 1),
        (202647, ANA): Result(1, NOON, 1500, 1),
    }
    assert averages_of(archive) == {ANA: (1125.0, 4), BOB: (1001.0, 1)}


def test_the_statistics_of_a_field_are_those_of_its_bests() -> None:
    bests = bests_of([logged(ANA, 1), logged(BOB, 3), logged(ANA, 2)], HIGH)
    assert statistics_of(bests) == RunningStatistics.of([2, 3])
    assert statistics_of({}) == RunningStatistics()
