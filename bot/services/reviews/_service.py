"""Show held scores, approve or refuse them, and remind admins of waiting ones."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database, rolled_back
from bot.database.models import Event, Member, Player
from bot.domain.audit import Action, ScoreDetail
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.moderation import TAKEN_BACK, Consequences, Correction, CorrectionResult
from bot.domain.ratings import RatingScale
from bot.domain.reviews import HeldScore, HeldState, OwnHeldScores, Review
from bot.domain.servers import Trouble
from bot.domain.text import clean_reason
from bot.domain.weeks import Week
from bot.errors import (
    AlreadyCounted,
    AlreadyTakenBack,
    EventEnded,
    InvalidScore,
    NothingHeld,
    PlayerWithdrawn,
    WeekBeforeFirst,
)
from bot.services.events import describe, find_event
from bot.services.jobs import finish, hold, postpone, schedule
from bot.services.moderation import (
    Addition,
    Corrected,
    Foresight,
    add_score,
    conclude,
    name_submission,
    write_correction,
)
from bot.services.ratings import Recalculation
from bot.services.reviews._held import describe_held, end_waiting, find_waiting, find_week, lock_waiting
from bot.services.servers import (
    Actor,
    begin_action,
    drop_notices,
    is_admin,
    leave_notice,
    load_settings,
    name_player,
    record,
    require_admin,
    waiting_in,
)

REMIND_AFTER = timedelta(days=1)
"""How long after a score was held, and after each reminder, admins are reminded of it."""
MOST_OWN = 5

Row = models.HeldScore


class ReviewService:
    """Shows held scores to admins, and players their own.

    An approved score counts for the same week as if it had counted at once.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def look(self, actor: Actor, place: int = 0) -> Review | OwnHeldScores | None:
        """Return the waiting scores as an admin sees them, or a player's own held scores.

        Args:
            actor: the user who asks.
            place: which of the waiting scores, from 0; a place past the end means the first.

        Returns:
            For an admin, a waiting score with the changes that its approval would make, rolled back; None if no
            score waits. For other users, their own held scores.
        """

        def work(session: Session) -> Review | OwnHeldScores | None:
            if not is_admin(session, actor):
                return OwnHeldScores(_own(session, actor))
            waiting = _keys(session, actor)
            if not waiting:
                return None
            return self._review(session, actor, waiting, place if place < len(waiting) else 0)

        return await self._database.write(work)

    async def look_at(self, actor: Actor, held_id: int) -> Review:
        """Return a waiting score for an admin, as `look` does.

        Raises:
            NothingHeld: no such score waits in the actor's server.
        """

        def work(session: Session) -> Review:
            require_admin(session, actor)
            waiting = _keys(session, actor)
            if held_id not in waiting:
                raise NothingHeld
            return self._review(session, actor, waiting, waiting.index(held_id))

        return await self._database.write(work)

    async def find(self, actor: Actor, held_id: int) -> HeldScore:
        """Return a waiting score for an admin.

        Raises:
            NothingHeld: no such score waits in the actor's server.
        """

        def work(session: Session) -> HeldScore:
            require_admin(session, actor)
            return describe_held(session, find_waiting(session, actor.guild_id, held_id))

        return await self._database.read(work)

    def _review(self, session: Session, actor: Actor, waiting: Sequence[int], place: int) -> Review:
        """Show an admin one of the waiting scores, given by key, and mark the notice about them as seen."""
        held = find_waiting(session, actor.guild_id, waiting[place])
        described = describe_held(session, held)
        with rolled_back(session):
            consequences = self._foresee(session, actor, held)
        drop_notices(session, actor.guild_id, JobKind.REVIEW)
        return Review(described, consequences, place, len(waiting))

    def _foresee(self, session: Session, actor: Actor, held: Row) -> Consequences | None:
        """Approve a held score, and return what that changes; None if its event does not take it any more.

        The event may have changed its bounds, its first or its last week since, or have begun a new season.
        """
        event = find_event(session, actor.guild_id, held.event_id, lock=True)
        foresight = Foresight(session, event, self._scale, held.player_id, find_week(session, held).code)
        try:
            self._count(session, actor, event, held)
        except (WeekBeforeFirst, EventEnded, InvalidScore):
            return None
        return foresight.consequences()

    async def approve(self, actor: Actor, held_id: int) -> CorrectionResult:
        """Let a held score count as if it had counted at once, for the same week.

        Raises:
            NothingHeld: no such score waits in the actor's server.
            PlayerWithdrawn: the player has been withdrawn since.
            AlreadyCounted: the score is already in the log.
            WeekBeforeFirst, EventEnded: the event takes no scores of that week any more.
            ScoreTooHigh, ScoreTooLow: the event takes no such scores any more.
        """

        def work(session: Session) -> CorrectionResult:
            begin_action(session, actor)
            held, event = lock_waiting(session, actor.guild_id, held_id)
            if session.get_one(Member, (held.player_id, actor.guild_id)).withdrawn_at is not None:
                raise PlayerWithdrawn(name_player(session, event, held.player_id).discord_id)
            counted = sa.select(models.ScoreSubmission.id)
            if session.scalar(counted.where(models.ScoreSubmission.interaction_id == held.interaction_id)) is not None:
                raise AlreadyCounted
            row, done = self._count(session, actor, event, held)
            self._decide(session, actor, held, HeldState.APPROVED, None)
            shown = name_submission(event, row, load_settings(session, actor.guild_id).time_zone)
            detail = ScoreDetail.of(shown, is_rerun=done.is_rerun)
            what, who, now = event.id, row.player_id, self._clock()
            record(session, actor, Action.APPROVE_SCORE, detail, at=now, event_id=what, player_id=who)
            return conclude(session, Correction.APPROVE, event, row, shown, done, now)

        return await write_correction(self._database, work, self._recalculation)

    async def refuse(self, actor: Actor, held_id: int, reason: str | None = None) -> HeldScore:
        """Refuse a held score; it never counts.

        Raises:
            NothingHeld: no such score waits in the actor's server.
        """

        def work(session: Session) -> HeldScore:
            begin_action(session, actor)
            held, event = lock_waiting(session, actor.guild_id, held_id)
            why = clean_reason(reason)
            self._decide(session, actor, held, HeldState.REFUSED, why)
            detail = ScoreDetail(held.score, event.score_format, event.score_unit)
            what, who = event.id, held.player_id
            record(
                session, actor, Action.REFUSE_SCORE, detail, at=self._clock(), event_id=what, player_id=who, reason=why
            )
            return describe_held(session, held)

        return await self._database.write(work)

    async def take_back(self, actor: Actor, interaction_id: int) -> OwnHeldScores:
        """Take back a waiting score at its player's request, and return the player's held scores.

        Args:
            actor: the player.
            interaction_id: Discord's id of the interaction in which the player submitted.

        Raises:
            AlreadyTakenBack: the player has already taken it back.
            NothingHeld: no such score of the player waits in the actor's server.
        """

        def work(session: Session) -> OwnHeldScores:
            is_theirs = Row.interaction_id == interaction_id, Player.discord_id == actor.discord_id
            held = session.scalar(sa.select(Row).join(Player, Player.id == Row.player_id).where(*is_theirs))
            if held is not None and describe_held(session, held).is_taken_back:
                raise AlreadyTakenBack
            waiting, _ = lock_waiting(session, actor.guild_id, 0 if held is None else held.id)
            self._decide(session, actor, waiting, HeldState.REFUSED, TAKEN_BACK)
            return OwnHeldScores(_own(session, actor))

        return await self._database.write(work)

    async def remind(self, claim: Claim) -> None:
        """Run the job of a held score: while the score waits, remind the admins and reschedule the job.

        The key of the job is the interaction of the score. The reminder goes to the review channel or, if there is
        none, into a notice.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            hold(session, claim)
            held = session.scalar(sa.select(Row).where(Row.interaction_id == int(claim.key)))
            if held is None or held.state is not HeldState.WAITING:
                finish(session, claim)
                return
            now, guild_id = self._clock(), session.get_one(Event, held.event_id).guild_id
            if load_settings(session, guild_id).review_channel_id is None:
                leave_notice(session, guild_id, JobKind.REVIEW, Trouble.SCORE_HELD, guild_id, now)
            else:
                schedule(session, JobKind.HELD, claim.key, now)
            postpone(session, claim, now + REMIND_AFTER)

        await self._database.write(work)

    def _count(
        self, session: Session, actor: Actor, event: Event, held: Row
    ) -> tuple[models.ScoreSubmission, Corrected]:
        describe(event).check(held.score)
        zone = load_settings(session, actor.guild_id).time_zone
        return add_score(session, event, _addition(held, actor), zone, self._scale)

    def _decide(self, session: Session, actor: Actor, held: Row, state: HeldState, reason: str | None) -> None:
        now = self._clock()
        held.state, held.decided_at, held.decided_by, held.reason = state, now, actor.discord_id, reason
        session.flush()
        end_waiting(session, actor.guild_id, held.interaction_id, now)


def _keys(session: Session, actor: Actor) -> Sequence[int]:
    """Return the keys of the waiting scores, with the longest waiting one first."""
    keys = waiting_in(actor.guild_id).with_only_columns(Row.id)
    return session.scalars(keys.order_by(Row.held_at, Row.id)).all()


def _addition(held: Row, actor: Actor) -> Addition:
    made_in = Week.from_code(held.made_in_week)
    of_player = held.interaction_id, held.player_id, held.score, held.held_at
    return Addition(*of_player, actor.discord_id, held.proof, made_in)


def _own(session: Session, actor: Actor) -> tuple[HeldScore, ...]:
    of_player = Event.guild_id == actor.guild_id, Player.discord_id == sa.literal(actor.discord_id, sa.BigInteger)
    held = sa.select(Row).join(Event, Event.id == Row.event_id).join(Player, Player.id == Row.player_id)
    latest = held.where(*of_player).order_by(Row.held_at.desc(), Row.id.desc()).limit(MOST_OWN)
    return tuple(describe_held(session, row) for row in session.scalars(latest))
