"""Submissions that wait in this process, counted together as soon as those before them are."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.domain.results import SubmissionResult
from bot.domain.submissions import Submission
from bot.services.submissions._fold import Outcome

MOST_TOGETHER = 100
"""How many submissions are counted in one transaction; more would make those in it wait for each other."""
LOCKED_SECONDS = 0.025
"""How long a submission waits before it is tried again, whose event somebody else has locked."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    submission: Submission
    answer: "asyncio.Future[SubmissionResult]"


class SubmissionQueue:
    """Folds the submissions that are waiting into one transaction after the other.

    On a quiet server each is alone in its transaction and none waits for a second. Under load a transaction holds a
    hundred, which costs one commit and few round trips.
    """

    def __init__(self, count: Callable[[Sequence[Submission]], Awaitable[Sequence[Outcome | Exception]]]) -> None:
        """Have `count` count submissions of as many players, and tell of each what became of it."""
        self._count = count
        self._waiting: deque[_Waiting] = deque()
        self._together: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission) -> SubmissionResult:
        """Wait until a submission is counted and committed, or refused."""
        waiting = _Waiting(submission, asyncio.get_running_loop().create_future())
        self._add(waiting)
        try:
            return await waiting.answer
        except asyncio.CancelledError:
            if self._working is not None and waiting in self._together and self._are_given_up():
                self._working.cancel()
            raise

    def _add(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="submissions")

    async def _work(self) -> None:
        try:
            while together := self._take():
                self._together = together
                try:
                    outcomes = await self._count([one.submission for one in together])
                except asyncio.CancelledError:
                    if not self._are_given_up():
                        raise
                except Exception as error:  # noqa: BLE001 - whoever waits for it raises it
                    self._tell(together, [error] * len(together))
                else:
                    self._tell(together, outcomes)
                self._together = []
                # Whoever submits again at once is taken along.
                await asyncio.sleep(0)
        finally:
            self._together, self._working = [], None

    def _are_given_up(self) -> bool:
        """Tell whether nobody waits any more for what is being counted."""
        return all(one.answer.cancelled() for one in self._together)

    def _take(self) -> list[_Waiting]:
        """Take the first submission of each player who is waiting for an answer."""
        taken: dict[int, _Waiting] = {}
        left = []
        while self._waiting and len(taken) < MOST_TOGETHER:
            waiting = self._waiting.popleft()
            if waiting.answer.done():
                continue
            if taken.setdefault(waiting.submission.discord_id, waiting) is not waiting:
                left.append(waiting)
        self._waiting.extendleft(reversed(left))
        return list(taken.values())

    def _tell(self, together: Sequence[_Waiting], outcomes: Sequence[Outcome | Exception]) -> None:
        for waiting, outcome in zip(together, outcomes, strict=True):
            if outcome is None:
                asyncio.get_running_loop().call_later(LOCKED_SECONDS, self._add, waiting)
            elif waiting.answer.done():
                continue
            elif isinstance(outcome, BaseException):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)
