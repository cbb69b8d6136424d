"""Follow the closed weeks of players, holding only what their weekly averages need."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from bot.domain.rules import WEEKS_ADDED, Attendance, Rules


class Roster:
    """The players who have taken part in closed weeks so far, each with a place, from 0 on."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.places: dict[int, int] = {}

    def meet(self, players: Collection[int]) -> list[int]:
        """Take note of players who take part in a week; return their places, in the same order."""
        places = self.places
        new = [player_id for player_id in players if player_id not in places]
        places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
        return [places[player_id] for player_id in players]

    def absent(self, players: Collection[int], gone: Collection[int] = frozenset()) -> list[int]:
        """Return the places of those who took part before and are none of `players`, except who is `gone`."""
        missing = self.places.keys() - players
        missing.difference_update(gone)
        return [self.places[player_id] for player_id in missing]


class ClosedWeeks:
    """The closed weeks of players so far, by the attendance of some rules.

    It holds a few numbers for each player; under *best* also the Elos of as many weeks as count.
    """

    def __init__(self, rules: Rules, weeks: int, roster: Roster | None = None) -> None:
        """Begin with no week.

        Args:
            rules: by which weeks count.
            weeks: how many will be counted at the most.
            roster: where others take note of players, who are then counted by place; None for one of its own.
        """
        self._rules = rules
        self._roster = Roster() if roster is None else roster
        # By place: the number of weeks, and the sum of their Elos.
        self._played, self._elos_played = array("q"), array("q")
        self._missed, self._elos_missed = array("q"), array("q")
        self._kept = min(rules.last_weeks, weeks) if rules.attendance is Attendance.BEST else 0
        # The latest Elos of each player, one player after the other; of each, the next one goes over the oldest.
        self._latest = array("i")

    @property
    def players(self) -> Collection[int]:
        """Those who have taken part in a week."""
        return self._roster.places.keys()

    def count(self, elos: Mapping[int, int], missed_week_elo: int, gone: Collection[int] = frozenset()) -> None:
        """Count one more week.

        Args:
            elos: the weekly Elos of those who took part.
            missed_week_elo: that of players who took part before and not now.
            gone: players who miss nothing.
        """
        absent = self._roster.absent(elos.keys(), gone)
        self.count_places(self._roster.meet(elos.keys()), [*elos.values()], absent, missed_week_elo)

    def count_places(
        self, present: Sequence[int], elos: Sequence[int], absent: Sequence[int], missed_week_elo: int
    ) -> None:
        """Count one more week by the places of players: those who took part, with their Elos, and who missed it."""
        self._make_room()
        if self._kept:
            self._keep(present, elos)
            self._keep(absent, repeat(missed_week_elo))
        played, elos_played, missed, elos_missed = self._played, self._elos_played, self._missed, self._elos_missed
        for place, elo in zip(present, elos, strict=True):
            played[place] += 1
            elos_played[place] += elo
        for place in absent:
            missed[place] += 1
            elos_missed[place] += missed_week_elo

    def meet(self, players: Collection[int]) -> None:
        """Take note of players who took part in a week that is not rated; from then on they miss weeks."""
        self._roster.meet(players)

    def weeks(self, player_id: int) -> int:
        """Return how many weeks count for a player, missed ones included."""
        place = self._place_of(player_id)
        return 0 if place is None else self._weeks_at(place)

    def played(self, player_id: int) -> int:
        """Return how many of them the player took part in."""
        place = self._place_of(player_id)
        return 0 if place is None else self._played[place]

    def average(self, player_id: int, base_elo: int) -> float:
        """Return a player's weekly average; equal to `Rules.weekly_average` of all weeks."""
        place = self._place_of(player_id)
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
        self._make_room()
        place = self._roster.places[player_id]
        alone = ClosedWeeks(self._rules, self._weeks_at(place) + 1)
        alone.meet([player_id])
        alone._make_room()
        alone._played[0], alone._elos_played[0] = self._played[place], self._elos_played[place]
        alone._missed[0], alone._elos_missed[0] = self._missed[place], self._elos_missed[place]
        alone._latest[: self._kept] = self._latest[place * self._kept : (place + 1) * self._kept]
        alone.count({}, missed_week_elo)
        return alone.average(player_id, base_elo)

    def _place_of(self, player_id: int) -> int | None:
        """Return the place of a player for whom something was counted; None for others."""
        place = self._roster.places.get(player_id)
        return None if place is None or place >= len(self._played) else place

    def _make_room(self) -> None:
        new = len(self._roster.places) - len(self._played)
        for numbers in (self._played, self._elos_played, self._missed, self._elos_missed):
            numbers.frombytes(bytes(numbers.itemsize * new))
        self._latest.frombytes(bytes(self._latest.itemsize * new * self._kept))

    def _weeks_at(self, place: int) -> int:
        return self._played[place] + self._missed[place]

    def _keep(self, places: Sequence[int], elos: Iterable[int]) -> None:
        kept, latest, played, missed = self._kept, self._latest, self._played, self._missed
        for place, elo in zip(places, elos, strict=False):
            latest[place * kept + (played[place] + missed[place]) % kept] = elo

    def _latest_of(self, place: int) -> "array[int]":
        start = place * self._kept
        return self._latest[start : start + min(self._weeks_at(place), self._kept)]
