"""Cache the personal bests of busy events, to rank scores without counting rows."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections import Counter, OrderedDict
from collections.abc import Iterable

from bot.domain.ratings import ScoreDirection
from bot.domain.submissions import OpenEvent

MOST_SCORES = 2_000
"""How many personal bests an event may have; to load more takes longer than to count them a few times."""
MOST_EVENTS = 500
"""How many events the cache holds at most: 8 MB of scores."""
WORTH_LEARNING = 8
"""How many submissions to an event make it worth loading; to count rows for so many takes as long."""


class KnownBests:
    """The personal bests of events, sorted, each as of one version of the event.

    Ranks are exact: every change of a personal best moves the event's version, and a submission counts only by the
    version that it found.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._known: OrderedDict[int, tuple[int, array[float]]] = OrderedDict()
        self._missed: Counter[int] = Counter()

    def knows(self, event: OpenEvent) -> bool:
        """Tell whether the cache has an event's personal bests, as they were before the batch."""
        version, _ = self._known.get(event.info.id, (None, None))
        return version == event.scores_version

    def is_worth_learning(self, event: OpenEvent, submissions: int) -> bool:
        """Tell whether so many submissions more make it worth loading an event."""
        if self.knows(event) or event.statistics.count > MOST_SCORES:
            return False
        if len(self._missed) > MOST_EVENTS:
            self._missed.clear()
        self._missed[event.info.id] += submissions
        return self._missed[event.info.id] >= WORTH_LEARNING

    def learn(self, event_id: int, version: int, scores: Iterable[float]) -> None:
        """Cache the personal bests of an event, as of a version of them."""
        self._keep(event_id, version, array("d", sorted(scores)))
        del self._missed[event_id]

    def count_better(self, event: OpenEvent, score: float) -> int:
        """Return how many personal bests of a cached event beat a score."""
        _, scores = self._known[event.info.id]
        if event.info.direction is ScoreDirection.HIGH:
            return len(scores) - bisect_right(scores, score)
        return bisect_left(scores, score)

    def follow(self, event: OpenEvent) -> None:
        """Apply the committed changes of a batch to the cache."""
        if not self.knows(event):
            return
        _, scores = self._known[event.info.id]
        for old, new in event.moves.values():
            if old is not None:
                del scores[bisect_left(scores, old)]
            insort(scores, new)
        self._keep(event.info.id, event.scores_version + len(event.moves), scores)

    def _keep(self, event_id: int, version: int, scores: "array[float]") -> None:
        self._known[event_id] = version, scores
        self._known.move_to_end(event_id)
        if len(self._known) > MOST_EVENTS:
            self._known.popitem(last=False)
