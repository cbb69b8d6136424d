"""Follow the closed weeks of players, holding only what their weekly averages need."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from bot.domain.rules import WEEKS_ADDED, Attendance, Rules


class ClosedWeeks:
    """The closed weeks of players so far, by the attendance of some rules.

    It holds a few numbers for each player; under *best* also the Elos of as many weeks as count.
    """

    def __init__(self, rules: Rules, weeks: int) -> None:
        """Begin with no week; so many will be counted at the most."""
        self._rules = rules
        self._places: dict[int, int] = {}
        # By place: the number of weeks, and the sum of their Elos.
        self._played, self._elos_played = array("q"), array("q")
        self._missed, self._elos_missed = array("q"), array("q")
        self._kept = min(rules.last_weeks, weeks) if rules.attendance is Attendance.BEST else 0
        # The latest Elos of each player, one player after the other; of each, the next one goes over the oldest.
        self._latest = array("i")

    @property
    def players(self) -> Collection[int]:
        """Those who have taken part in a week."""
        return self._places.keys()

    def count(self, elos: Mapping[int, int], missed_week_elo: int, omitted: Collection[int] = frozenset()) -> None:
        """Count one more week.

        Args:
            elos: the weekly Elos of those who took part.
            missed_week_elo: that of players who took part before and not now.
            omitted: players who miss nothing.
        """
        places = self._places
        absent = [places[player_id] for player_id in places.keys() - elos.keys() if player_id not in omitted]
        self.meet(elos)
        present = [places[player_id] for player_id in elos]
        if self._kept:
            self._keep(present, elos.values())
            self._keep(absent, repeat(missed_week_elo))
        played, elos_played, missed, elos_missed = self._played, self._elos_played, self._missed, self._elos_missed
        for place, elo in zip(present, elos.values(), strict=True):
            played[place] += 1
            elos_played[place] += elo
        for place in absent:
            missed[place] += 1
            elos_missed[place] += missed_week_elo

    def meet(self, players: Collection[int]) -> None:
        """Take note of players who took part in a week, also in one that is not rated; from then on they miss weeks."""
        new = [player_id for player_id in players if player_id not in self._places]
        self._places.update(zip(new, range(len(self._places), len(self._places) + len(new)), strict=True))
        for numbers in (self._played, self._elos_played, self._missed, self._elos_missed):
            numbers.frombytes(bytes(numbers.itemsize * len(new)))
        self._latest.frombytes(bytes(self._latest.itemsize * len(new) * self._kept))

    def weeks(self, player_id: int) -> int:
        """Return how many weeks count for a player, missed ones included."""
        place = self._places.get(player_id)
        return 0 if place is None else self._weeks_at(place)

    def played(self, player_id: int) -> int:
        """Return how many of them the player took part in."""
        place = self._places.get(player_id)
        return 0 if place is None else self._played[place]

    def average(self, player_id: int, base_elo: int) -> float:
        """Return a player's weekly average; equal to `Rules.weekly_average` of all weeks."""
        place = self._places.get(player_id)
        if place is None or not self._weeks_at(place):
            return 0.0
        if self._rules.attendance is Attendance.PLAYED:
            total = self._elos_played[place] + WEEKS_ADDED * base_elo
            return total / (self._played[place] + WEEKS_ADDED)
        if self._rules.attendance is Attendance.BEST:
            best = sorted(self._latest_of(place))[-self._rules.best_of :]
            return sum(best) / len(best)
        return (self._elos_played[place] + self._elos_missed[place]) / self._weeks_at(place)

    def average_after_missing(self, player_id: int, base_elo: int, missed_week_elo: int) -> float:
        """Return what a player's weekly average would be after one more week, missed."""
        place = self._places[player_id]
        alone = ClosedWeeks(self._rules, self._weeks_at(place) + 1)
        alone.meet([player_id])
        alone._played[0], alone._elos_played[0] = self._played[place], self._elos_played[place]
        alone._missed[0], alone._elos_missed[0] = self._missed[place], self._elos_missed[place]
        alone._latest[: self._kept] = self._latest[place * self._kept : (place + 1) * self._kept]
        alone.count({}, missed_week_elo)
        return alone.average(player_id, base_elo)

    def _weeks_at(self, place: int) -> int:
        return self._played[place] + self._missed[place]

    def _keep(self, places: Sequence[int], elos: Iterable[int]) -> None:
        kept, latest, played, missed = self._kept, self._latest, self._played, self._missed
        for place, elo in zip(places, elos, strict=False):
            latest[place * kept + (played[place] + missed[place]) % kept] = elo

    def _latest_of(self, place: int) -> "array[int]":
        start = place * self._kept
        return self._latest[start : start + min(self._weeks_at(place), self._kept)]
