"""Look at held scores, approve or refuse them, and remind admins of those that wait."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database
from bot.database.models import Event, Member, Player
from bot.domain.alarm import HeldScore, HeldState, OwnHeldScores, Review
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.moderation import Consequences, Correction, CorrectionResult
from bot.domain.ratings import RatingScale
from bot.domain.servers import Trouble
from bot.domain.text import clean_reason
from bot.domain.weeks import Week
from bot.errors import AlreadyCounted, EventEnded, EventNotBegun, NothingHeld, PlayerWithdrawn
from bot.services.events import describe, find_event
from bot.services.jobs import cancel, finish, hold, postpone
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._corrections import Addition, add_score, correct_posts, report, week_for
from bot.services.moderation._finding import name_submission
from bot.services.ratings import Recalculation
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
)

REMIND_AFTER = timedelta(days=1)
"""How long after a score was held, or the last reminder, admins are reminded of it."""
MOST_OWN = 5

Row = models.HeldScore


class ReviewService:
    """Shows held scores to admins, and their own to players; an approved one counts for the week it was made in."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def look(self, actor: Actor, place: int = 0) -> Review | OwnHeldScores | None:
        """Return what an admin sees of the scores that wait, or a player of their own.

        Args:
            actor: who asks.
            place: which of those that wait, from 0; beyond the last one the first.

        Returns:
            For an admin a score that waits with what its approval would change, rolled back; None if none waits. For
            anybody else their own held scores.
        """

        def work(session: Session) -> Review | OwnHeldScores | None:
            if not is_admin(session, actor):
                return OwnHeldScores(_own(session, actor))
            waiting = _waiting(actor.guild_id)
            number = session.execute(waiting.with_only_columns(sa.func.count())).scalar_one()
            if number == 0:
                return None
            shown = place if place < number else 0
            held = session.scalars(waiting.order_by(Row.held_at, Row.id).offset(shown).limit(1)).one()
            described = _describe(session, held)
            with session.begin_nested() as tried:
                consequences = self._foresee(session, actor, held)
                tried.rollback()
            return Review(described, consequences, shown, number)

        return await self._database.write(work)

    async def find(self, actor: Actor, held_id: int) -> HeldScore:
        """Return a score that waits, to an admin.

        Raises:
            NothingHeld: no such score waits in the actor's server.
        """

        def work(session: Session) -> HeldScore:
            require_admin(session, actor)
            held = session.scalar(_waiting(actor.guild_id).where(Row.id == sa.literal(held_id, sa.BigInteger)))
            if held is None:
                raise NothingHeld
            return _describe(session, held)

        return await self._database.read(work)

    def _foresee(self, session: Session, actor: Actor, held: Row) -> Consequences | None:
        """Approve a held score, and return what that changes; None if its event takes no scores of that week any more.

        An event may begin or end otherwise since, or begin again.
        """
        event = find_event(session, actor.guild_id, held.event_id, lock=True)
        zone = load_settings(session, actor.guild_id).time_zone
        addition = _addition(held, actor)
        week = week_for(session, event, addition, zone)
        foresight = Foresight(session, event, self._scale, held.player_id, week.code)
        try:
            add_score(session, event, addition, zone, self._scale)
        except (EventNotBegun, EventEnded):
            return None
        return foresight.consequences()

    async def approve(self, actor: Actor, held_id: int, reason: str | None = None) -> CorrectionResult:
        """Let a held score count for the week that it was made in, as if it had counted at once.

        Raises:
            NothingHeld: no such score waits in the actor's server.
            PlayerWithdrawn: the player is withdrawn since.
            AlreadyCounted: the score is in the log.
            EventNotBegun, EventEnded: the event takes no scores of that week any more.
        """

        def work(session: Session) -> CorrectionResult:
            begin_action(session, actor)
            held, event = _find(session, actor, held_id)
            if session.get_one(Member, (held.player_id, actor.guild_id)).withdrawn_at is not None:
                raise PlayerWithdrawn(name_player(session, event, held.player_id).discord_id)
            counted = sa.select(models.ScoreSubmission.id)
            if session.scalar(counted.where(models.ScoreSubmission.interaction_id == held.interaction_id)) is not None:
                raise AlreadyCounted
            zone, why = load_settings(session, actor.guild_id).time_zone, clean_reason(reason)
            row, done = add_score(session, event, _addition(held, actor), zone, self._scale)
            self._decide(session, actor, held, HeldState.APPROVED, why)
            correct_posts(session, event, done, self._clock())
            shown = name_submission(event, row, zone)
            detail = f"submission {row.id}: {shown}"
            what, who = event.id, row.player_id
            record(session, actor, "approve score", detail, at=self._clock(), event_id=what, player_id=who, reason=why)
            return report(session, Correction.APPROVE, event, row, shown, done, why)

        result = await self._database.write(work)
        if result.changed_best:
            self._recalculation.request(result.event.id)
        return result

    async def refuse(self, actor: Actor, held_id: int, reason: str | None = None) -> HeldScore:
        """Have a held score never count.

        Raises:
            NothingHeld: no such score waits in the actor's server.
        """

        def work(session: Session) -> HeldScore:
            begin_action(session, actor)
            held, event = _find(session, actor, held_id)
            why = clean_reason(reason)
            self._decide(session, actor, held, HeldState.REFUSED, why)
            shown = describe(event).style.show(held.score)
            what, who = event.id, held.player_id
            record(session, actor, "refuse score", shown, at=self._clock(), event_id=what, player_id=who, reason=why)
            return _describe(session, held)

        return await self._database.write(work)

    async def remind(self, claim: Claim) -> None:
        """Do a job whose key is the interaction of a held score: leave a notice while it waits, and come again.

        Raises:
            ClaimLost: the job is no longer this process's.
        """

        def work(session: Session) -> None:
            hold(session, claim)
            held = session.scalar(sa.select(Row).where(Row.interaction_id == int(claim.key)))
            if held is None or held.state is not HeldState.WAITING:
                finish(session, claim)
                return
            now, guild_id = self._clock(), session.get_one(Event, held.event_id).guild_id
            leave_notice(session, guild_id, JobKind.REVIEW, Trouble.SCORE_HELD, guild_id, now)
            postpone(session, claim, now + REMIND_AFTER)

        await self._database.write(work)

    def _decide(self, session: Session, actor: Actor, held: Row, state: HeldState, reason: str | None) -> None:
        held.state, held.decided_at, held.decided_by, held.reason = state, self._clock(), actor.discord_id, reason
        cancel(session, JobKind.REVIEW, str(held.interaction_id))
        session.flush()
        _drop_notice_of_none(session, actor.guild_id)


def drop_held(session: Session, player_id: int) -> None:
    """Forget the held scores of a player, who is erased; nobody can decide on them any more.

    The events that they are for are locked.
    """
    held = sa.select(Row.interaction_id, Event.guild_id).join(Event, Event.id == Row.event_id)
    found = session.execute(held.where(Row.player_id == player_id, Row.state == HeldState.WAITING)).all()
    for interaction_id in sorted(row.interaction_id for row in found):
        cancel(session, JobKind.REVIEW, str(interaction_id))
    session.execute(sa.delete(Row).where(Row.player_id == player_id).execution_options(synchronize_session=False))
    for guild_id in sorted({row.guild_id for row in found}):
        _drop_notice_of_none(session, guild_id)


def _drop_notice_of_none(session: Session, guild_id: int) -> None:
    """Have admins of a server reminded no more, once no score waits."""
    if session.scalar(_waiting(guild_id).limit(1)) is None:
        drop_notices(session, guild_id, JobKind.REVIEW)


def _waiting(guild_id: int) -> sa.Select[Row]:
    of_guild = Event.guild_id == guild_id, Row.state == HeldState.WAITING
    return sa.select(Row).join(Event, Event.id == Row.event_id).where(*of_guild)


def _find(session: Session, actor: Actor, held_id: int) -> tuple[Row, Event]:
    """Return a score that waits, and its event, locked: of two admins, the second finds that it waits no longer."""
    wanted = Row.id == sa.literal(held_id, sa.BigInteger)
    event_id = session.scalar(_waiting(actor.guild_id).where(wanted).with_only_columns(Row.event_id))
    if event_id is None:
        raise NothingHeld
    event = find_event(session, actor.guild_id, event_id, lock=True)
    held = session.scalar(_waiting(actor.guild_id).where(wanted).execution_options(populate_existing=True))
    if held is None:
        raise NothingHeld
    return held, event


def _addition(held: Row, actor: Actor) -> Addition:
    made_in = Week.from_code(held.made_in_week)
    of_player = held.interaction_id, held.player_id, held.score, held.held_at
    return Addition(*of_player, actor.discord_id, held.proof, made_in)


def _own(session: Session, actor: Actor) -> tuple[HeldScore, ...]:
    of_player = Event.guild_id == actor.guild_id, Player.discord_id == sa.literal(actor.discord_id, sa.BigInteger)
    held = sa.select(Row).join(Event, Event.id == Row.event_id).join(Player, Player.id == Row.player_id)
    latest = held.where(*of_player).order_by(Row.held_at.desc(), Row.id.desc()).limit(MOST_OWN)
    return tuple(_describe(session, row) for row in session.scalars(latest))


def _describe(session: Session, held: Row) -> HeldScore:
    event = session.get_one(Event, held.event_id)
    return HeldScore(
        id=held.id,
        event=describe(event),
        player=name_player(session, event, held.player_id),
        score=held.score,
        proof=held.proof,
        week=Week.from_code(held.made_in_week),
        held_at=held.held_at,
        moves=held.moves,
        state=held.state,
        reason=held.reason,
    )
