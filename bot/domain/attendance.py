"""Track the closed weeks of players, with only the data that weekly averages need."""

from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat

from bot.domain.rules import WEEKS_ADDED, Attendance, Rules


class Roster:
    """The players who have taken part in closed weeks so far, each with a place, from 0."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self.places: dict[int, int] = {}

    def meet(self, players: Collection[int]) -> list[int]:
        """Add the players of a week to the roster; return their places, in the same order."""
        places = self.places
        new = [player_id for player_id in players if player_id not in places]
        places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
        return [places[player_id] for player_id in players]

    def absent(self, players: Collection[int], gone: Collection[int] = frozenset()) -> list[int]:
        """Return the places of earlier players who are not among `players` or `gone`."""
        missing = self.places.keys() - players
        missing.difference_update(gone)
        return [self.places[player_id] for player_id in missing]


class Turnout:
    """The number of counted weeks of each player, missed ones included, and of weeks played, by place."""

    def __init__(self, roster: Roster) -> None:
        """Begin with no week."""
        self.roster = roster
        self.counted, self.played = array("q"), array("q")

    def count(self, present: Sequence[int], absent: Sequence[int]) -> None:
        """Count one more week, given the places of those who played it and of those who missed it."""
        self.make_room()
        counted, played = self.counted, self.played
        for place in present:
            counted[place] += 1
            played[place] += 1
        for place in absent:
            counted[place] += 1

    def make_room(self) -> None:
        """Make room for one number for each player of the roster."""
        for numbers in (self.counted, self.played):
            _lengthen(numbers, len(self.roster.places))


class ClosedWeeks:
    """The closed weeks of players so far, according to the attendance of some rules.

    It keeps a few numbers for each player; under *best* also the Elos of as many weeks as count.
    """

    def __init__(self, rules: Rules, weeks: int, turnout: Turnout | None = None) -> None:
        """Begin with no week.

        Args:
            rules: the rules by which weeks count.
            weeks: the most weeks that will be counted.
            turnout: a shared turnout, where the caller counts each week after adding its Elos; None for its own.
        """
        self._rules = rules
        self._turnout = Turnout(Roster()) if turnout is None else turnout
        # By place: the sum of the Elos in the average, except under *best*.
        self._sums = array("q")
        self._kept = min(rules.last_weeks, weeks) if rules.attendance is Attendance.BEST else 0
        # A ring buffer of the latest Elos for each player, one after the other; a new Elo overwrites the oldest.
        self._latest = array("i")

    @property
    def players(self) -> Collection[int]:
        """The players who have taken part in a week."""
        return self._turnout.roster.places.keys()

    def count(self, elos: Mapping[int, int], missed_week_elo: int, gone: Collection[int] = frozenset()) -> None:
        """Count one more week.

        Args:
            elos: the weekly Elos of the players who took part, by player.
            missed_week_elo: the weekly Elo of players who took part before, but missed this week.
            gone: players who miss nothing.
        """
        roster = self._turnout.roster
        absent = roster.absent(elos.keys(), gone)
        present = roster.meet(elos.keys())
        self.add(present, [*elos.values()], absent, missed_week_elo)
        self._turnout.count(present, absent)

    def add(self, present: Sequence[int], elos: Sequence[int], absent: Sequence[int], missed_week_elo: int) -> None:
        """Add the Elos of one more week, given the places of those who played it and of those who missed it.

        The turnout must count the week afterwards.
        """
        self._make_room()
        if self._kept:
            self._keep(present, elos)
            self._keep(absent, repeat(missed_week_elo))
            return
        self._sum_up(present, elos)
        if self._rules.attendance is Attendance.ZERO:
            self._sum_up(absent, repeat(missed_week_elo))

    def meet(self, players: Collection[int]) -> None:
        """Add the players of an unrated week, so that they can miss later weeks."""
        self._turnout.roster.meet(players)

    def weeks(self, player_id: int) -> int:
        """Return how many weeks count for a player, missed ones included."""
        place = self._place_of(player_id)
        return 0 if place is None else self._turnout.counted[place]

    def played(self, player_id: int) -> int:
        """Return how many of the counted weeks the player took part in."""
        place = self._place_of(player_id)
        return 0 if place is None else self._turnout.played[place]

    def average(self, player_id: int, base_elo: int) -> float:
        """Return a player's weekly average, equal to `Rules.weekly_average` over all weeks."""
        place = self._place_of(player_id)
        counted = 0 if place is None else self._turnout.counted[place]
        if place is None or not counted:
            return 0.0
        if self._rules.attendance is Attendance.PLAYED:
            return (self._sums[place] + WEEKS_ADDED * base_elo) / (self._turnout.played[place] + WEEKS_ADDED)
        if self._rules.attendance is Attendance.BEST:
            best = sorted(self._latest_of(place))[-self._rules.best_of :]
            return sum(best) / len(best)
        return self._sums[place] / counted

    def average_after_missing(self, player_id: int, base_elo: int, missed_week_elo: int) -> float:
        """Return a player's weekly average after one more missed week."""
        self._make_room()
        place, turnout = self._turnout.roster.places[player_id], self._turnout
        alone = ClosedWeeks(self._rules, turnout.counted[place] + 1)
        alone.meet([player_id])
        alone._make_room()
        alone._turnout.counted[0], alone._turnout.played[0] = turnout.counted[place], turnout.played[place]
        alone._sums[0] = self._sums[place]
        start, kept = place * self._kept, min(self._kept, alone._kept)
        alone._latest[:kept] = self._latest[start : start + kept]
        alone.count({}, missed_week_elo)
        return alone.average(player_id, base_elo)

    def _place_of(self, player_id: int) -> int | None:
        """Return the place of a player with counted weeks; None for others."""
        place = self._turnout.roster.places.get(player_id)
        return None if place is None or place >= len(self._turnout.counted) else place

    def _make_room(self) -> None:
        self._turnout.make_room()
        players = len(self.players)
        _lengthen(self._sums, players)
        _lengthen(self._latest, players * self._kept)

    def _sum_up(self, places: Sequence[int], elos: Iterable[int]) -> None:
        sums = self._sums
        for place, elo in zip(places, elos, strict=False):
            sums[place] += elo

    def _keep(self, places: Sequence[int], elos: Iterable[int]) -> None:
        kept, latest, counted = self._kept, self._latest, self._turnout.counted
        for place, elo in zip(places, elos, strict=False):
            latest[place * kept + counted[place] % kept] = elo

    def _latest_of(self, place: int) -> "array[int]":
        start = place * self._kept
        return self._latest[start : start + min(self._turnout.counted[place], self._kept)]


def _lengthen(numbers: "array[int]", length: int) -> None:
    """Append zeros up to this length."""
    numbers.frombytes(bytes(numbers.itemsize * (length - len(numbers))))
