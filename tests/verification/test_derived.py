"""The contents that the database should have, computed from the log alone."""

import itertools
from datetime import timedelta

import pytest

from bot.domain.ratings import Field, RatingScale
from bot.domain.rules import Attendance, Method, Rules
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
CLASSIC = Rules()
MISSED = Result(None, None, 0, None)

_ids = itertools.count(1)


def logged(player_id: int, score: float, *, minute: int = 0, removed: int | None = None) -> LoggedScore:
    removed_at = None if removed is None else NOON + timedelta(minutes=removed)
    return LoggedScore(next(_ids), player_id, score, NOON + timedelta(minutes=minute), removed_at)


def run_of(scores: list[LoggedScore], *, minute: int = 100, missed_week_elo: int = 0) -> ArchivedRun:
    field = RunningStatistics.of(entry.score for entry in scores).field
    return ArchivedRun(NOON + timedelta(minutes=minute), field, RatingScale(missed_week_elo=missed_week_elo))


def following(direction: ScoreDirection, rules: Rules = CLASSIC) -> Derivation:
    return Derivation(direction, rules, weeks=3)


def archive_of(*weeks: list[LoggedScore], direction: ScoreDirection = HIGH) -> list[dict[int, Result]]:
    """Return the results of weeks that were run, by player."""
    derivation = following(direction)
    return [derivation.closed_week(run_of(log), log)[1] for log in weeks]


@pytest.mark.parametrize(("direction", "best"), [(HIGH, 30.0), (LOW, 10.0)])
def test_a_players_best_is_the_best_under_the_direction_of_the_event(direction: ScoreDirection, best: float) -> None:
    derivation = following(direction)
    of_week = derivation.open_week([logged(ANA, 20), logged(ANA, 30), logged(ANA, 10), logged(BOB, 15)])
    assert of_week == derivation.personal_bests()
    assert of_week == {ANA: Best(best, NOON), BOB: Best(15, NOON)}


def test_of_equal_scores_the_first_is_best_whichever_week_it_counts_for() -> None:
    later_week, earlier_week = logged(ANA, 5), logged(ANA, 5, minute=1)
    derivation = following(HIGH)
    assert derivation.open_week([earlier_week, logged(ANA, 5, minute=2)]) == {ANA: Best(5, earlier_week.submitted_at)}
    derivation.open_week([later_week])
    assert derivation.personal_bests() == {ANA: Best(5, NOON)}


def test_a_removed_score_is_no_best() -> None:
    derivation = following(HIGH)
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
    derivation, log = following(HIGH), [logged(BOB, 2)]
    derivation.closed_week(run_of([]), [logged(ANA, 1)])
    _, archive = derivation.closed_week(run_of(log, missed_week_elo=800), log)
    assert archive[ANA].weekly_elo == 800


def test_a_score_removed_after_its_week_was_run_stays_in_the_archive() -> None:
    derivation = following(HIGH)
    removed_later, removed_before = logged(ANA, 1, removed=200), logged(BOB, 2, removed=50)
    field, archive = derivation.closed_week(run_of([removed_later]), [removed_later, removed_before])
    assert (field.size, set(archive)) == (1, {ANA})
    assert derivation.personal_bests() == {}


def test_an_average_is_over_the_weeks_counted_missed_ones_included() -> None:
    derivation = following(HIGH)
    for scores in ([logged(ANA, 1), logged(BOB, 2)], [logged(ANA, 1)]):
        derivation.closed_week(run_of(scores), scores)
    field = statistics_of(derivation.personal_bests()).field
    ratings = derivation.rating(field, RatingScale())
    assert ratings(ANA, None) == Ratings(900, 2, 800, 850)
    assert ratings(BOB, None) == Ratings(600, 2, 1200, 900)
    assert derivation.rated_players() == {ANA, BOB}


def test_elos_that_await_a_recalculation_stay_unless_the_rest_is_wrong() -> None:
    derivation, scores = following(HIGH), [logged(ANA, 1)]
    derivation.closed_week(run_of(scores), scores)
    field = statistics_of(derivation.personal_bests()).field
    ratings = derivation.rating(field, RatingScale(), is_current=False)
    assert ratings(ANA, Ratings(1000, 1, 77, 777)) == Ratings(1000, 1, 77, 777)
    assert ratings(ANA, Ratings(7.0, 7, 77, 777)) == Ratings(1000, 1, 77, 539)
    assert ratings(BOB, Ratings(0, 0, 77, None)) == Ratings(0, 0, None, None)


ROBUST_BEST = Rules(Method.ROBUST, attendance=Attendance.BEST, best_of=1, last_weeks=2, all_time_weight=0.25)
RANKS_PLAYED = Rules(Method.RANKS, attendance=Attendance.PLAYED, min_field=2)


@pytest.mark.parametrize(
    ("rules", "weekly", "ratings"),
    [
        # Medians 20 and 15, spreads 14.826 and 7.413, shrunk by 3 / 5 and 2 / 4; then the better of two weeks. The
        # median of the bests is Ana's own.
        (ROBUST_BEST, [919, 1067], Ratings(1067.0, 2, 1000, 1050)),
        # A single player in the last week is too few. Of the bests two are 20, which share the ranks 2 and 3 of three.
        (RANKS_PLAYED, [807, 1135, None], Ratings((807 + 1135 + 2000) / 4, 2, 914, 950)),
    ],
)
def test_a_derivation_knows_the_rules_of_the_event(rules: Rules, weekly: list[int | None], ratings: Ratings) -> None:
    weeks = [
        [logged(ANA, 10), logged(BOB, 20), logged(CAI, 30)],
        [logged(ANA, 20), logged(BOB, 10)],
        [logged(ANA, 1)],
    ]
    derivation, elos = following(HIGH, rules), []
    for log in weeks[: len(weekly)]:
        run = ArchivedRun(NOON + timedelta(minutes=100), Field(0, 0.0, 0.0, 0.0), RatingScale())
        field, results = derivation.closed_week(run, log)
        assert field.size == len(log)
        elos.append(results[ANA].weekly_elo)
    assert elos == weekly
    assert derivation.rating(Field(0, 0.0, 0.0, 0.0), RatingScale())(ANA, None) == ratings


def test_the_statistics_of_a_field_are_those_of_its_bests() -> None:
    bests = following(HIGH).open_week([logged(ANA, 1), logged(BOB, 3), logged(ANA, 2)])
    assert statistics_of(bests) == RunningStatistics.of([2, 3])
    assert statistics_of({}) == RunningStatistics()


def test_what_deviates_is_changed_missing_or_too_much() -> None:
    computed = {ANA: "a", BOB: "b", CAI: "c"}
    found = deviations([(4, "d"), (CAI, "c"), (BOB, "x")], computed, lambda key, _: computed.get(key))
    assert found == [Deviation(ANA, None, "a"), Deviation(BOB, "x", "b"), Deviation(4, "d", None)]
