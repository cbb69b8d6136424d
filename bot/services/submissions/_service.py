"""Take scores: queue them, and count all waiting submissions together in one batch."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.dialect import may_be_the_rows
from bot.database.models import Event, ScoreSubmission
from bot.domain.clock import Clock
from bot.domain.events import EventChoices, EventInfo
from bot.domain.ratings import RatingScale
from bot.domain.submissions import OpenEvent, Submission, SubmissionResult, SubmissionRules
from bot.domain.text import clean_proof
from bot.errors import EventNotFound, EventUnnamed, Unavailable
from bot.services.events import describe, find_meant_event, open_events
from bot.services.ratings import Recalculation
from bot.services.servers import current_week
from bot.services.submissions._batch import Batch, Conflict, Outcome
from bot.services.submissions._known_bests import KnownBests
from bot.services.submissions._usual import check_any_open, find_open_names, find_usual_event

MAX_ATTEMPTS = 6
"""How often a batch is decided before its submissions return to the queue."""
PAUSE_SECONDS = 0.0025
"""The longest pause after a first conflict; each further one may double it."""
MOST_TOGETHER = 100
"""The most submissions in a batch; in larger batches, submissions would wait too long for each other."""
LOCKED_SECONDS = 0.05
"""The longest pause before a submission retries a locked event."""
MOST_MEANT = 5
"""The most events that the bot offers to a player who has named none for certain."""
GIVE_UP_SECONDS = 120.0
"""How long a submission waits for a locked event before the bot gives up and tells the player."""


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
        """Rate by `scale`, require `cooldown` between a player's submissions, and tell `recalculation` of new bests."""
        self._database = database
        self._clock = clock
        self._rules = SubmissionRules(scale, cooldown)
        self._recalculation = recalculation
        self._queue = SubmissionQueue(self._count)
        self._bests = KnownBests()

    async def submit(self, submission: Submission) -> SubmissionResult:
        """Count a score: update personal best, weekly best, log and running statistics, all or nothing.

        After the commit, a new personal best requests a recalculation of the event's stored Elos.

        Raises:
            EventNotFound: no event of the server matches the name; or, without a name, no event can be meant.
            EventArchived: the event is archived.
            EventNotBegun, EventEnded: the event takes no scores for the week that this score would count for.
            InvalidScore: the text is not a score of this event.
            ScoreInQuestion: the text can mean two scores.
            ScoreHeld: the score waits for an admin.
            InvalidProof: the proof is not a link.
            SubmitterWithdrawn: an admin has withdrawn the player from this server.
            CooldownActive: the player's last score in this server is too recent.
            AlreadyCounted: the log already has a score from this interaction.
            Unavailable: the database did not answer, or the event was locked for too long.
        """
        if submission.proof is not None:
            submission = replace(submission, proof=clean_proof(submission.proof))
        if not submission.event_name:
            submission = replace(submission, event_name=await self._usual(submission))
        try:
            return await self._queue.submit(submission)
        except EventNotFound:
            return await self._queue.submit(replace(submission, event_name=await self._meant(submission)))

    async def replace_proof(self, interaction_id: int, link: str) -> None:
        """Replace the proof of the score from an interaction, unless the proof has been removed."""

        def work(session: Session) -> None:
            log = ScoreSubmission
            of_score = log.interaction_id == interaction_id, log.proof.is_not(None)
            session.execute(update(log).where(*of_score).values(proof=link))

        await self._database.write(work)

    async def choices(self, guild_id: int, channel_id: int | None, discord_id: int) -> EventChoices:
        """Return the events of a server that a score may be for.

        Args:
            guild_id: the server.
            channel_id: the channel of the player; None if unknown.
            discord_id: the player.

        Raises:
            NoEvents, NoOpenEvents: no event takes scores.
        """

        def work(session: Session) -> EventChoices:
            week = current_week(session, guild_id, self._clock())
            check_any_open(session, guild_id, week)
            events = session.scalars(open_events(guild_id, week)).all()
            usual = find_usual_event(session, guild_id, channel_id, discord_id, week)
            choices = tuple(map(describe, events))
            return EventChoices(choices, next((one for one in choices if usual and one.id == usual.id), None))

        return await self._database.read(work)

    async def find_open(self, guild_id: int, names: Sequence[str]) -> tuple[EventInfo, ...]:
        """Return those of the events of a server with some names that take scores, in the order of the names.

        At most the first `MOST_MEANT` names are looked at.
        """

        def work(session: Session) -> tuple[EventInfo, ...]:
            meant = names[:MOST_MEANT]
            is_open = open_events(guild_id, current_week(session, guild_id, self._clock()))
            found = {event.name: describe(event) for event in session.scalars(is_open.where(Event.name.in_(meant)))}
            return tuple(found[name] for name in meant if name in found)

        return await self._database.read(work)

    async def _usual(self, submission: Submission) -> str:
        """Return the name of the event that a submission without a name is for."""

        def work(session: Session) -> str:
            guild_id, channel_id = submission.guild_id, submission.channel_id
            week = current_week(session, guild_id, self._clock())
            usual = find_usual_event(session, guild_id, channel_id, submission.discord_id, week)
            if usual is None:
                check_any_open(session, guild_id, week)
                raise EventUnnamed(find_open_names(session, guild_id, week))
            return usual.name

        return await self._database.read(work)

    async def _meant(self, submission: Submission) -> str:
        """Return the name of the event that matches a part of a name."""

        def work(session: Session) -> str:
            return find_meant_event(session, submission.guild_id, submission.event_name, archived=False).name

        return await self._database.read(work)

    async def _count(self, submissions: Sequence[Submission]) -> Sequence[Outcome | Exception]:
        """Count submissions together; if the database refuses that, count each alone."""
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
        """Count a batch, and retry it after conflicts. Submissions that still conflict return to the queue."""
        for attempt in range(MAX_ATTEMPTS):
            try:
                return await self._database.write(batch.count)
            except Conflict as conflict:
                batch.put_off(conflict.locked)
            await asyncio.sleep(random.uniform(0, PAUSE_SECONDS * 2**attempt))  # noqa: S311 - jitter
        return ()


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    submission: Submission
    answer: "asyncio.Future[SubmissionResult]"
    until: float


class SubmissionQueue:
    """Counts the waiting submissions, one batch after the other.

    On a quiet server each submission is a batch of its own and waits for nobody. Under load a batch holds up to
    `MOST_TOGETHER` submissions, which share round trips and a commit.
    """

    def __init__(self, count: Callable[[Sequence[Submission]], Awaitable[Sequence[Outcome | Exception]]]) -> None:
        """Count with `count`, which takes submissions of different players and returns the outcome of each."""
        self._count = count
        self._waiting: deque[_Waiting] = deque()
        self._batch: list[_Waiting] = []
        self._working: asyncio.Task[None] | None = None

    async def submit(self, submission: Submission) -> SubmissionResult:
        """Wait until a submission is counted and committed, or refused.

        Raises:
            Unavailable: the event was locked for too long.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(submission, loop.create_future(), loop.time() + GIVE_UP_SECONDS)
        self._add(waiting)
        try:
            return await waiting.answer
        except asyncio.CancelledError:
            if self._working is not None and waiting in self._batch and self._is_abandoned():
                self._working.cancel()
            raise

    def _add(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="submissions")

    async def _work(self) -> None:
        try:
            while batch := self._take():
                self._batch = batch
                try:
                    outcomes = await self._count([one.submission for one in batch])
                except asyncio.CancelledError:
                    if not self._is_abandoned():
                        raise
                except Exception as error:  # noqa: BLE001 - whoever waits for it raises it
                    self._tell(batch, [error] * len(batch))
                else:
                    self._tell(batch, outcomes)
                self._batch = []
                if self._waiting:
                    # Let players who resubmit at once join the next batch.
                    await asyncio.sleep(0)
        finally:
            self._batch, self._working = [], None

    def _is_abandoned(self) -> bool:
        """Tell whether all callers of the present batch have stopped waiting."""
        return all(one.answer.cancelled() for one in self._batch)

    def _take(self) -> list[_Waiting]:
        """Take the first waiting submission of each player."""
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

    def _tell(self, batch: Sequence[_Waiting], outcomes: Sequence[Outcome | Exception]) -> None:
        for waiting, outcome in zip(batch, outcomes, strict=True):
            if waiting.answer.done():
                continue
            if outcome is None:
                self._try_later(waiting)
            elif isinstance(outcome, BaseException):
                waiting.answer.set_exception(outcome)
            else:
                waiting.answer.set_result(outcome)

    def _try_later(self, waiting: _Waiting) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < waiting.until:
            pause = random.uniform(LOCKED_SECONDS / 2, LOCKED_SECONDS)  # noqa: S311 - jitter
            loop.call_later(pause, self._add, waiting)
        else:
            waiting.answer.set_exception(Unavailable())
