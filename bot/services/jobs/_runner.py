"""Do due jobs in the background."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from bot.database.database import Database
from bot.domain.clock import Clock
from bot.domain.jobs import MOST_TRIES, Claim, JobKind, retry_at
from bot.errors import Unavailable
from bot.services.jobs._queue import ClaimLost, claim_due, fail, is_due

LOOK_SECONDS = 10.0
"""How often a process looks for due jobs."""
MOST_AT_ONCE = 10

Handler = Callable[[Claim], Awaitable[None]]
"""Does a claimed job; each of its transactions begins with `hold`, and the last ends the job."""

logger = logging.getLogger(__name__)


class JobRunner:
    """Claims due jobs and does them, one after the other.

    Whatever stops a job half way, it is claimed again: after its lease if the process died, and with growing waits if
    the handler failed. What the handler has committed by then is done, so it looks at what is left to do.
    """

    def __init__(self, database: Database, clock: Clock, handlers: Mapping[JobKind, Handler]) -> None:
        """Do jobs of each kind by its handler."""
        self._database = database
        self._clock = clock
        self._handlers = handlers
        self._is_ending = False
        self._working: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for due jobs."""
        self._working = asyncio.create_task(self._work(), name="jobs")

    def end(self) -> None:
        """Begin no further job."""
        self._is_ending = True

    async def stop(self) -> None:
        """Stop; a job that is cut short is claimed again when its lease ends."""
        self.end()
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)

    async def do_due(self) -> int:
        """Do all jobs that are due now, and return how many were tried.

        Raises:
            Unavailable: the database did not answer.
        """
        done = 0
        while not self._is_ending and (claims := await self._claim()):
            for claim in claims:
                if not self._is_ending:
                    await self._do(claim)
                    done += 1
        return done

    async def _work(self) -> None:
        while True:
            try:
                await self.do_due()
            except Unavailable:
                logger.warning("the jobs found no database; they come again")
            except Exception:
                logger.exception("the jobs failed; they come again")
            await asyncio.sleep(LOOK_SECONDS)

    async def _claim(self) -> list[Claim]:
        now = self._clock()
        # Most looks find nothing, and need not write.
        if not await self._database.read(lambda session: is_due(session, now)):
            return []
        return await self._database.write(lambda session: claim_due(session, now, MOST_AT_ONCE))

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
        again = retry_at(self._clock(), claim.tries)
        level = logging.ERROR if again is None else logging.WARNING
        then = "it is given up" if again is None else f"it is tried again at {again:%H:%M:%S} UTC"
        logger.log(level, "job %r %s failed, try %d: %s", str(claim.kind), claim.key, claim.tries, then, exc_info=error)
        await self._database.write(lambda session: fail(session, claim, f"{type(error).__name__}: {error}", again))
