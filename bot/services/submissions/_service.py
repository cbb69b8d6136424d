"""What players do with leaderboards: submit scores."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.database.database import Database
from bot.database.dialect import may_be_the_rows
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.submissions import OpenEvent, Submission, SubmissionResult, SubmissionRules
from bot.domain.text import clean_proof
from bot.errors import Unavailable
from bot.services.ratings import Recalculation
from bot.services.submissions._batch import Batch, Conflict, Outcome
from bot.services.submissions._known_bests import KnownBests
from bot.services.submissions._queue import SubmissionQueue

MAX_ATTEMPTS = 6
LONGEST_PAUSE_SECONDS = 0.01


class LeaderboardService:
    """Takes scores."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        scale: RatingScale,
        cooldown: timedelta,
        recalculation: Recalculation,
    ) -> None:
        """Rate by `scale`, hold `cooldown` between a player's submissions, and tell `recalculation` of new bests."""
        self._database = database
        self._clock = clock
        self._rules = SubmissionRules(scale, cooldown)
        self._recalculation = recalculation
        self._queue = SubmissionQueue(self._count)
        self._bests = KnownBests()

    async def submit(self, submission: Submission) -> SubmissionResult:
        """Count a score: personal best, weekly best, log and running statistics, all or nothing.

        A new personal best asks for a recalculation of the event's stored Elos after the commit.

        Raises:
            EventNotFound: the server has no such event.
            EventArchived: it takes no scores.
            InvalidScore: no score of this event.
            InvalidProof: the proof is no link.
            CooldownActive: the player's last score in this server is too recent.
            AlreadyCounted: this interaction is in the log.
            Unavailable: the database did not answer, or the event was locked for too long.
        """
        if submission.proof is not None:
            submission = replace(submission, proof=clean_proof(submission.proof))
        return await self._queue.submit(submission)

    async def _count(self, submissions: Sequence[Submission]) -> Sequence[Outcome | Exception]:
        """Count submissions together; where the database refuses that, each by itself."""
        batch = Batch(submissions, self._rules, self._clock, self._bests)
        try:
            moved = await self._write(batch)
        except Exception as error:
            if len(submissions) == 1:
                return [error]
            if isinstance(error, Unavailable) and not may_be_the_rows(error.__cause__):
                raise
            return [outcome for one in submissions for outcome in await self._count([one])]
        for event in moved:
            self._bests.follow(event)
            self._recalculation.request(event.info.id)
        return batch.outcomes

    async def _write(self, batch: Batch) -> Sequence[OpenEvent]:
        """Count a batch, and decide it anew while others are faster; what is then not counted comes again."""
        for _ in range(MAX_ATTEMPTS):
            try:
                return await self._database.write(batch.count)
            except Conflict as conflict:
                batch.put_off(conflict.locked)
            await asyncio.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311 - jitter
        return ()
