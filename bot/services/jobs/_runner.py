"""Run due jobs in the background."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bot.database.database import Database
from bot.domain.clock import Clock
from bot.domain.jobs import MOST_TRIES, Claim, JobKind, Lane, Queue, retry_at
from bot.errors import Unavailable
from bot.services.jobs._queue import ClaimLost, claim_due, fail, is_due, measure

LOOK_SECONDS = 10.0
"""How often a process looks for due jobs."""
TELL_SECONDS = 60.0
"""How often a process logs the number of waiting jobs, while it cannot keep up."""
AT_ONCE = {Lane.WEEKS: 4, Lane.MESSAGES: 24}
"""How many jobs of a lane a process runs concurrently. The weeks get few, to leave connections to users' commands."""
CLAIMED = 24
"""How many jobs a process claims at a time, so that claims stay cheap. If it dies, the rest waits for the lease to
end."""

Handler = Callable[[Claim], Awaitable[None]]
"""Runs a claimed job. Each of its transactions begins with `hold`, and the last one ends the job."""

logger = logging.getLogger(__name__)


class JobRunner:
    """Claims due jobs and runs them, several of each lane concurrently.

    An interrupted job is claimed again: after its lease if the process died, or with growing backoff if the handler
    failed. The effects that the handler has committed remain, so the handler first checks what is left to do. Jobs
    without a handler in this process wait for a process that has one.
    """

    def __init__(self, database: Database, clock: Clock, handlers: Mapping[JobKind, Handler]) -> None:
        """Run jobs of each kind with its handler."""
        self._database = database
        self._clock = clock
        self._handlers = dict(handlers)
        self._is_ending = False
        self._working: list[asyncio.Task[None]] = []
        self._under_way: set[asyncio.Task[None]] = set()

    def handle(self, handlers: Mapping[JobKind, Handler]) -> None:
        """Run jobs of further kinds too."""
        self._handlers |= handlers

    def start(self) -> None:
        """Start looking for due jobs."""
        self._is_ending = False
        self._working = [asyncio.create_task(self._work(lane), name=f"jobs: {lane.name}") for lane in Lane]

    def end(self) -> None:
        """Start no further job."""
        self._is_ending = True

    async def stop(self, seconds: float = 0.0) -> None:
        """Stop. Running jobs have `seconds` to finish; an interrupted job runs again when its lease ends."""
        self.end()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    async def do_due(self) -> int:
        """Run all due jobs, and return how many were tried.

        Raises:
            Unavailable: the database did not answer the first query.
        """
        done = 0
        # A job of one lane may schedule jobs of the other.
        while more := sum(await asyncio.gather(*(self._do_due(lane) for lane in Lane))):
            done += more
        return done

    async def measure(self) -> Queue:
        """Return how many jobs wait.

        Raises:
            Unavailable: the database did not answer.
        """
        now = self._clock()
        return await self._database.read(lambda session: measure(session, now))

    async def _work(self, lane: Lane) -> None:
        while not self._is_ending:
            try:
                await self._do_due(lane)
            except Unavailable:
                logger.warning("the jobs found no database; they come again")
            except Exception:
                logger.exception("the jobs failed; they come again")
            await asyncio.sleep(LOOK_SECONDS)

    async def _do_due(self, lane: Lane) -> int:
        """Run jobs of a lane until none is due."""
        done, running, told_at = 0, set[asyncio.Task[None]](), time.monotonic()
        # Most checks find no due job, so they only read.
        claimed = deque(await self._claim(lane) if await self._is_due(lane) and not self._is_ending else ())
        try:
            while True:
                while claimed and len(running) < AT_ONCE[lane] and not self._is_ending:
                    running.add(self._begin(claimed.popleft()))
                if not running:
                    return done
                finished, running = await asyncio.wait(
                    running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                for task in finished:
                    task.result()
                done += len(finished)
                if not claimed and len(running) < AT_ONCE[lane] and not self._is_ending:
                    # During long jobs, others become due. Running jobs continue even if the database is unavailable.
                    with suppress(Unavailable):
                        claimed.extend(await self._claim(lane) if finished or await self._is_due(lane) else ())
                if time.monotonic() - told_at >= TELL_SECONDS:
                    told_at = time.monotonic()
                    await self._tell_length(lane)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    def _kinds(self, lane: Lane) -> list[JobKind]:
        return [kind for kind in self._handlers if kind.lane is lane]

    async def _is_due(self, lane: Lane) -> bool:
        now, kinds = self._clock(), self._kinds(lane)
        return bool(kinds) and await self._database.read(lambda session: is_due(session, now, kinds))

    async def _claim(self, lane: Lane) -> list[Claim]:
        now, kinds = self._clock(), self._kinds(lane)
        return await self._database.write(lambda session: claim_due(session, now, lane, kinds, CLAIMED))

    async def _tell_length(self, lane: Lane) -> None:
        now = self._clock()
        queue = await self._database.read(lambda session: measure(session, now, lane))
        logger.info("jobs: %s: %d wait, the first for %s", lane.name.lower(), queue.due, queue.longest)

    def _begin(self, claim: Claim) -> asyncio.Task[None]:
        task = asyncio.create_task(self._do(claim))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _do(self, claim: Claim) -> None:
        try:
            if claim.tries > MOST_TRIES:
                raise RuntimeError("the process died with each try")
            await self._handlers[claim.kind](claim)
        except ClaimLost:
            logger.info("job %r %s is somebody else's now", str(claim.kind), claim.key)
        except Exception as error:  # noqa: BLE001 - one job must not keep the others from being done
            await self._note_failure(claim, error)

    async def _note_failure(self, claim: Claim, error: Exception) -> None:
        again = retry_at(self._clock(), claim.kind, claim.tries)
        level = logging.ERROR if claim.is_last_try else logging.WARNING
        if again is None:
            then = "it is given up"
        else:
            then = "it rests for a day" if claim.is_last_try else f"it is tried again at {again:%H:%M:%S} UTC"
        logger.log(level, "job %r %s failed, try %d: %s", str(claim.kind), claim.key, claim.tries, then, exc_info=error)
        await self._database.write(lambda session: fail(session, claim, f"{type(error).__name__}: {error}", again))
