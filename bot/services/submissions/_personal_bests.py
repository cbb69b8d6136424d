"""Personal bests that this process knows, to rank scores without counting rows."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections import Counter, OrderedDict
from collections.abc import Iterable

from bot.domain.ratings import ScoreDirection
from bot.domain.submissions import OpenEvent

MOST_SCORES = 2_000
"""How many personal bests an event may have to be known; more would take longer to read than to count a few times."""
MOST_EVENTS = 500
"""How many events are known at most: 8 MB of scores."""
WORTH_LEARNING = 8
"""How many submissions to an event make learning it worth while; to count rows for as many takes as long."""


class PersonalBests:
    """The personal bests of events, sorted, each as of one version of the event.

    A rank is found in 2 µs. The database, which has to look whether each row that it counts is still there, takes
    0.2 ms in an event of a thousand busy players: two thirds of all that it does for a crowd, half of what it does for
    one who is alone. Ranks are exact: each change of a personal best moves the event's version, and a submission is
    only counted by the one that it has.
    """

    def __init__(self) -> None:
        """Know nothing."""
        self._known: OrderedDict[int, tuple[int, array[float]]] = OrderedDict()
        self._missed: Counter[int] = Counter()

    def knows(self, event: OpenEvent) -> bool:
        """Tell whether the personal bests of an event are known, as they are before its submissions are counted."""
        version, _ = self._known.get(event.info.id, (None, None))
        return version == event.loaded_version

    def miss(self, event: OpenEvent, submissions: int) -> bool:
        """Take note of submissions to an event that is not known; tell whether it is time to learn it."""
        if len(self._missed) > MOST_EVENTS:
            self._missed.clear()
        self._missed[event.info.id] += submissions
        return self._missed[event.info.id] >= WORTH_LEARNING

    def learn(self, event: OpenEvent, scores: Iterable[float]) -> None:
        """Take note of the personal bests of a locked event, before its submissions are counted."""
        self._known[event.info.id] = event.loaded_version, array("d", sorted(scores))
        self._known.move_to_end(event.info.id)
        del self._missed[event.info.id]
        if len(self._known) > MOST_EVENTS:
            self._known.popitem(last=False)

    def count_better(self, event: OpenEvent, score: float) -> int:
        """Return how many personal bests of an event that is known are better than a score."""
        _, scores = self._known[event.info.id]
        if event.info.direction is ScoreDirection.HIGH:
            return len(scores) - bisect_right(scores, score)
        return bisect_left(scores, score)

    def follow(self, event: OpenEvent) -> None:
        """Take note of what has changed by submissions to an event, which are committed."""
        if not self.knows(event):
            return
        _, scores = self._known[event.info.id]
        for old, new in event.moves:
            if old is not None:
                del scores[bisect_left(scores, old)]
            insort(scores, new)
        self._known[event.info.id] = event.version, scores
        self._known.move_to_end(event.info.id)
