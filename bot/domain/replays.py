"""Replay the log of an event under a set of rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.domain.attendance import ClosedWeeks, Roster, Turnout
from bot.domain.fairness import Fairness, MissedWeek, Rated, weigh, weigh_absurd_score
from bot.domain.methods import Rating, elos_in_order, elos_of
from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreBounds


class Replays:
    """An event under several sets of rules at once, week by week."""

    def __init__(self, ratings: Sequence[Rating], weeks: int, *, now: Rating) -> None:
        """Begin before the first of at most `weeks` closed weeks.

        Args:
            ratings: the ratings to replay, all of one direction.
            weeks: the number of closed weeks.
            now: the event's own rating. Under it, a missed week keeps the Elo that it had in its run.
        """
        self._roster = Roster()
        # Replays with the same `min_field` rate the same weeks, so they share a turnout.
        self._turnouts = {rating.rules.min_field: Turnout(self._roster) for rating in ratings}
        self.each = list[Replay]()
        for rating in ratings:
            closed = ClosedWeeks(rating.rules, weeks, self._turnouts[rating.rules.min_field])
            self.each.append(Replay(rating, closed, is_new=rating != now))

    def close_week(self, scores: Mapping[int, float], gone: Collection[int], scale: RatingScale) -> None:
        """Replay a closed week.

        Args:
            scores: the best score of each player who took part, by player.
            gone: players who do not miss the week: its run left them out, or they are excused from it.
            scale: the constants of the run.
        """
        values = [*scores.values()]
        order = sorted(range(len(values)), key=values.__getitem__)
        ordered = [values[number] for number in order]
        absent = self._roster.absent(scores.keys(), gone)
        present = self._roster.meet(scores.keys())
        for one in self.each:
            elos = one.rate_week(ordered, scale)
            if elos is not None:
                # Counting in the order of places is faster than in the order of scores.
                in_place = [0] * len(elos)
                for number, elo in zip(order, elos, strict=True):
                    in_place[number] = elo
                one.add_week(present, in_place, absent, scale)
        for min_field, turnout in self._turnouts.items():
            if len(ordered) >= min_field:
                turnout.count(present, absent)


class Replay:
    """An event under one set of rules."""

    def __init__(self, rating: Rating, weeks: ClosedWeeks, *, is_new: bool) -> None:
        """Rate `weeks` under a rating.

        If `is_new`, missed weeks get that rating's value instead of the one that they had in their run.
        """
        self.rating = rating
        self._weeks = weeks
        self._is_new = is_new

    def rate_week(self, ordered: Sequence[float], scale: RatingScale) -> list[int] | None:
        """Return the weekly Elos of scores in ascending order; None if the week is not rated.

        The constants are those of the run, in `scale`.
        """
        rating = replace(self.rating, scale=scale)
        if not rating.rates_week(len(ordered)):
            return None
        return elos_in_order(rating, rating.field_of(ordered), ordered)

    def add_week(self, present: Sequence[int], elos: Sequence[int], absent: Sequence[int], scale: RatingScale) -> None:
        """Add the Elos of a week, by the places of those who played it and of those who missed it.

        The constants of the week are in `scale`.
        """
        rating = self.rating if self._is_new else replace(self.rating, scale=scale)
        self._weeks.add(present, elos, absent, rating.missed_week_elo)

    def rank(self, bests: Mapping[int, float], *, is_overall: bool) -> dict[int, Rated]:
        """Return the ratings of the players who are ranked on a board, by player.

        Args:
            bests: the personal bests after all weeks, by player.
            is_overall: whether the board ranks by event Elo; otherwise by all-time Elo.
        """
        rating, weeks = self.rating, self._weeks
        ratings = {}
        for player_id, all_time in elos_of(rating, rating.field_of(bests.values()), bests).items():
            counted, elo, key = weeks.weeks(player_id), all_time, rating.direction.sign * bests[player_id]
            if is_overall:
                if not counted or counted < rating.rules.min_weeks:
                    continue
                key = elo = rating.event_elo(all_time, weeks.average(player_id, rating.scale.base_elo))
            ratings[player_id] = Rated(elo, all_time, key, counted, weeks.played(player_id))
        return ratings

    def weigh(self, bests: Mapping[int, float], ratings: Mapping[int, Rated], bounds: ScoreBounds) -> Fairness:
        """Return the factors besides skill in these event Elos; `bounds` are the scores that the event takes."""
        absurd = weigh_absurd_score(sorted(bests.values()), self.rating.direction, bounds, self._elos)
        return weigh(ratings, absurd, self._missed_week(ratings))

    def _elos(self, scores: Sequence[float]) -> list[int]:
        return elos_in_order(self.rating, self.rating.field_of(scores), scores)

    def _missed_week(self, ratings: Mapping[int, Rated]) -> MissedWeek | None:
        leader = max(ratings, key=lambda player_id: ratings[player_id].elo, default=None)
        if leader is None or not ratings[leader].weeks:
            return None
        rating = self.rating
        average = self._weeks.average_after_missing(leader, rating.scale.base_elo, rating.missed_week_elo)
        return MissedWeek(ratings[leader].elo, rating.event_elo(ratings[leader].all_time, average))
