"""Cache the personal bests of busy events, so that ranks and neighbours need no query."""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from bot.domain.rules import Method
from bot.domain.scores import ScoreDirection
from bot.domain.submissions import Moves, OpenEvent
from bot.services.ratings import MOST_MEASURED

MOST_SCORES = MOST_MEASURED
"""The largest event to cache. Loading more bests takes longer than counting the better ones a few times."""
MOST_EVENTS = 500
"""How many events the cache holds: about 16 MB of scores and players."""
WORTH_LEARNING = 8
"""After this many submissions to an event, loading it is cheaper than ranking in the database."""


class Near(NamedTuple):
    """The neighbours of a new personal best among the bests before the batch.

    Attributes:
        passed: how many bests the player passes: they beat the previous best, but not the new one.
        equal: how many bests equal the previous one; counted only under *ranks*.
        rival_id: the key of the next player among those who do not submit in this batch; None if there is nobody else.
        score: the best of that player.
        ties: how many of those who do not submit share that best.
    """

    passed: int = 0
    equal: int = 0
    rival_id: int | None = None
    score: float = 0.0
    ties: int = 0


class KnownBests:
    """The personal bests of events, sorted, each for one version of the event.

    Ranks are exact: every change of a personal best raises the event's version, and a submission only counts if the
    version is still the one that it was decided on.
    """

    def __init__(self) -> None:
        """Begin with an empty cache."""
        self._known: OrderedDict[int, tuple[int, array[float], array[int]]] = OrderedDict()
        self._missed: Counter[int] = Counter()

    def knows(self, event: OpenEvent) -> bool:
        """Tell whether the cache holds an event's personal bests, as they were before the batch."""
        known = self._known.get(event.info.id)
        return known is not None and known[0] == event.scores_version

    def is_worth_learning(self, event: OpenEvent, submissions: int) -> bool:
        """Tell whether loading an event pays off.

        That is so after enough `submissions`, or at once if its method needs all scores.
        """
        if self.knows(event) or event.statistics.count > MOST_SCORES:
            return False
        if event.info.rules.method is not Method.CLASSIC:
            return True
        if len(self._missed) > MOST_EVENTS:
            self._missed.clear()
        self._missed[event.info.id] += submissions
        return self._missed[event.info.id] >= WORTH_LEARNING

    def learn(self, event_id: int, version: int, bests: Iterable[tuple[float, int]]) -> None:
        """Cache the personal bests of an event with their players, in order, for a version of the bests."""
        scores, players = zip(*bests, strict=True)
        self._keep(event_id, version, array("d", scores), array("q", players))
        del self._missed[event_id]

    def count_better(self, event: OpenEvent, score: float) -> int:
        """Return how many personal bests of a cached event beat a score."""
        _, scores, _ = self._known[event.info.id]
        if event.info.direction is ScoreDirection.HIGH:
            return len(scores) - bisect_right(scores, score)
        return bisect_left(scores, score)

    def count_equal(self, event: OpenEvent, score: float) -> int:
        """Return how many personal bests of a cached event equal a score."""
        _, scores, _ = self._known[event.info.id]
        return bisect_right(scores, score) - bisect_left(scores, score)

    def find_near(self, event: OpenEvent, score: float, previous: float | None) -> Near:
        """Return the neighbours of a new personal best of a cached event; `previous` is the best that it replaces."""
        _, scores, players = self._known[event.info.id]
        size, better, passed, equal = len(scores), self.count_better(event, score), 0, 0
        if previous is not None:
            passed, equal = self.count_better(event, previous) - better, self.count_equal(event, previous)
        is_high = event.info.direction is ScoreDirection.HIGH
        # Search the better bests, the nearest first; then the others, the best first.
        up = range(size - better, size) if is_high else range(better - 1, -1, -1)
        down = range(size - better - 1, -1, -1) if is_high else range(better, size)
        found = next((place for place in chain(up, down) if players[place] not in event.rivals), None)
        if found is None:
            return Near(passed, equal)
        rival = scores[found]
        alike = players[bisect_left(scores, rival) : bisect_right(scores, rival)]
        others = [player for player in alike if player not in event.rivals]
        return Near(passed, equal, others[0], rival, len(others))

    def scores_before(self, event: OpenEvent) -> "array[float]":
        """Return the personal bests of a cached event before the batch, sorted."""
        return self._known[event.info.id][1]

    def scores_after(self, event: OpenEvent) -> "array[float]":
        """Return the personal bests of a cached event with the changes of the batch, sorted."""
        _, scores, players = self._known[event.info.id]
        scores, players = scores[:], players[:]
        _move(scores, players, event.moves)
        return scores

    def follow(self, event: OpenEvent) -> None:
        """Apply the committed changes of a batch to the cache."""
        if not self.knows(event):
            return
        _, scores, players = self._known[event.info.id]
        _move(scores, players, event.moves)
        self._keep(event.info.id, event.scores_version + len(event.moves), scores, players)

    def _keep(self, event_id: int, version: int, scores: "array[float]", players: "array[int]") -> None:
        self._known[event_id] = version, scores, players
        self._known.move_to_end(event_id)
        if len(self._known) > MOST_EVENTS:
            self._known.popitem(last=False)


def _move(scores: "array[float]", players: "array[int]", moves: Moves) -> None:
    for player, (old, new) in moves.items():
        if old is not None:
            place = players.index(player, bisect_left(scores, old))
            del scores[place], players[place]
        place = bisect_right(scores, new)
        scores.insert(place, new)
        players.insert(place, player)
