"""Take players out of the events of a server, and bring them back."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import (
    Event,
    LeaderboardScore,
    Member,
    ScoreSubmission,
    ScoreType,
    WeeklyRun,
)
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.moderation import EventConsequences, MembershipPreview, MembershipResult
from bot.domain.ratings import RatingScale
from bot.domain.scores import ScoreDirection
from bot.domain.servers import PlayerName
from bot.domain.text import clean_reason
from bot.errors import AlreadyWithdrawn, NotWithdrawn
from bot.services.events import describe
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._player import lock_events, unrate
from bot.services.posts import refresh_posts
from bot.services.ratings import (
    Recalculation,
    count_personal_best,
    count_weekly_best,
)
from bot.services.servers import Actor, begin_action, find_member, record, require_admin
from bot.services.weeks import award_roles


class WithdrawalService:
    """Withdraws members of a server from all of its events, and brings them back.

    A withdrawn player has no bests: no field, board, rank or report has them, and their submissions are refused. The
    log and the archive stay as they are.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` of every event that a player leaves or is back in."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def withdraw(self, actor: Actor, player: int, reason: str | None = None) -> MembershipResult:
        """Take a player out of all events of the server, until they are brought back.

        Args:
            actor: the admin.
            player: Discord's id of the player.
            reason: the reason, for the log.

        Raises:
            NeverSubmitted: the player has never submitted a score in the server.
            AlreadyWithdrawn: the player is withdrawn.
        """
        return await self._change(actor, player, reason, is_withdrawn=True)

    async def bring_back(self, actor: Actor, player: int, reason: str | None = None) -> MembershipResult:
        """Bring a withdrawn player back into all events, with the bests that the log has; see `withdraw`.

        Raises:
            NeverSubmitted: the player has never submitted a score in the server.
            NotWithdrawn: the player is not withdrawn.
        """
        return await self._change(actor, player, reason, is_withdrawn=False)

    async def preview(self, actor: Actor, player: int, *, is_withdrawn: bool) -> MembershipPreview:
        """Return what `withdraw`, or `bring_back`, would change, and raise what it would raise; roll it back."""

        def work(session: Session) -> MembershipPreview:
            require_admin(session, actor)
            with session.begin_nested() as tried:
                member = _lock_member(session, actor.guild_id, player)
                _check(member, player, is_withdrawn=is_withdrawn)
                name, events = PlayerName(player, member.display_name), lock_events(session, member)
                foresights = {
                    key: Foresight(session, event, self._scale, member.player_id) for key, event in events.items()
                }
                changed = self._move(session, member, events, self._clock(), is_withdrawn=is_withdrawn)
                consequences = tuple(
                    EventConsequences(describe(events[key]), foresights[key].consequences()) for key in changed
                )
                tried.rollback()
            return MembershipPreview(name, is_withdrawn, consequences)

        return await self._database.write(work)

    async def _change(
        self, actor: Actor, discord_id: int, reason: str | None, *, is_withdrawn: bool
    ) -> MembershipResult:
        def work(session: Session) -> tuple[MembershipResult, list[int]]:
            begin_action(session, actor)
            now, why = self._clock(), clean_reason(reason)
            member = _lock_member(session, actor.guild_id, discord_id)
            _check(member, discord_id, is_withdrawn=is_withdrawn)
            events = lock_events(session, member)
            changed = self._move(session, member, events, now, is_withdrawn=is_withdrawn)
            action = "withdraw player" if is_withdrawn else "return player"
            detail = f"events {'left' if is_withdrawn else 'returned to'}: {len(changed)}"
            record(session, actor, action, detail, at=now, player_id=member.player_id, reason=why)
            refresh_posts(session, changed, now, JobKind.FINAL, JobKind.RECORD, JobKind.BOARD)
            for event_id in changed:
                award_roles(session, events[event_id], now)
            name = PlayerName(discord_id, member.display_name)
            return MembershipResult(name, is_withdrawn, len(changed), why), changed

        result, changed = await self._database.write(work)
        for event_id in changed:
            self._recalculation.request(event_id)
        return result

    def _move(
        self, session: Session, member: Member, events: dict[int, Event], now: datetime, *, is_withdrawn: bool
    ) -> list[int]:
        """Withdraw a member or bring them back; return the keys of the locked events whose bests have changed."""
        return self._withdraw(session, member, events, now) if is_withdrawn else _bring_back(session, member, events)

    def _withdraw(self, session: Session, member: Member, events: dict[int, Event], now: datetime) -> list[int]:
        member.withdrawn_at, scores = now, LeaderboardScore
        of_player = scores.player_id == member.player_id, scores.event_id.in_(events)
        bests = session.execute(sa.select(scores.event_id, scores.week_number, scores.score).where(*of_player)).all()
        session.execute(sa.delete(scores).where(*of_player).execution_options(synchronize_session=False))
        for event_id, week_code, score in bests:
            _move_field(session, events[event_id], week_code, score, None)
        unrate(session, member.player_id, events.values(), self._scale)
        return _changed(events, bests)


def _check(member: Member, discord_id: int, *, is_withdrawn: bool) -> None:
    if is_withdrawn == (member.withdrawn_at is not None):
        raise (AlreadyWithdrawn if is_withdrawn else NotWithdrawn)(discord_id)


def _bring_back(session: Session, member: Member, events: dict[int, Event]) -> list[int]:
    member.withdrawn_at, log = None, ScoreSubmission
    is_closed = sa.exists().where(WeeklyRun.event_id == log.event_id, WeeklyRun.week_number == log.week_number)
    personal = _logged_bests(member, events, ScoreType.ALL_TIME, sa.null())
    weekly = _logged_bests(member, events, ScoreType.WEEKLY, log.week_number).where(~is_closed)
    bests = [row for query in (personal, weekly) for row in session.execute(_first(query))]
    if bests:
        session.execute(sa.insert(LeaderboardScore), [row._asdict() for row in bests])
    for best in bests:
        _move_field(session, events[best.event_id], best.week_number, None, best.score)
    return _changed(events, bests)


def _lock_member(session: Session, guild_id: int, discord_id: int) -> Member:
    """Return a member whose submissions wait until the commit.

    The member is locked before the events, so that no submission adds a best to one more. Nobody who holds an event
    waits for a member.
    """
    member = find_member(session, guild_id, discord_id, lock=True)
    member.version += 1
    return member


def _logged_bests(
    member: Member, events: dict[int, Event], score_type: ScoreType, week_number: sa.ColumnElement[Any] | Any
) -> sa.Select[Any]:
    """Return the query for the submissions of a player, each with its place among those of its event (and week)."""
    log = ScoreSubmission
    best_first = sa.case((Event.score_direction == ScoreDirection.HIGH, -log.score), else_=log.score)
    place = sa.func.row_number().over(partition_by=(log.event_id, week_number), order_by=(best_first, log.id))
    return (
        sa.select(
            log.player_id,
            log.event_id,
            log.score,
            sa.literal(score_type, LeaderboardScore.score_type.type).label("score_type"),
            sa.type_coerce(week_number, sa.Integer).label("week_number"),
            log.submitted_at,
            place.label("place"),
        )
        .join(Event, Event.id == log.event_id)
        .where(log.player_id == member.player_id, log.event_id.in_(events), log.removed_at.is_(None))
    )


def _first(ordered: sa.Select[Any]) -> sa.Select[Any]:
    places = ordered.subquery()
    columns = [column for column in places.c if column is not places.c.place]
    return sa.select(*columns).where(places.c.place == 1).order_by(places.c.event_id, places.c.week_number)


def _move_field(session: Session, event: Event, week_code: int | None, old: float | None, new: float | None) -> None:
    if week_code is None:
        count_personal_best(session, event, old, new)
    else:
        count_weekly_best(session, event, week_code, old, new)


def _changed(events: dict[int, Event], bests: Iterable[Any]) -> list[int]:
    """Move the versions of the events whose bests have changed, and return their keys."""
    changed = sorted({row.event_id for row in bests})
    for event_id in changed:
        events[event_id].version += 1
    return changed
