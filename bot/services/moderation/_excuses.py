"""Excuse players from weeks, so that these do not count as missed, and withdraw excuses."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, Excuse, Member
from bot.domain.audit import Action, WeekDetail
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.moderation import EventConsequences, ExcusePreview, ExcuseResult
from bot.domain.moments import read_week
from bot.domain.ratings import RatingScale
from bot.domain.servers import PlayerName
from bot.domain.text import clean_reason
from bot.domain.weeks import Week
from bot.errors import AlreadyExcused, NotExcused
from bot.services.events import describe, find_event
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._player import lock_events
from bot.services.servers import Actor, begin_action, find_member, load_settings, name_member, record, require_admin
from bot.services.weeks import after_correction, excuse_holds_in, follow_excuse


class _Asked(NamedTuple):
    """A week from which an admin excuses a player, or whose excuse the admin withdraws.

    Attributes:
        event: the event; None for all events of the server.
        events: the locked events whose closed week may change with the excuse.
    """

    member: Member
    week: Week
    event: Event | None
    events: list[Event]


class ExcuseService:
    """Excuses members of a server from a week, in one event or in all.

    An excused week without a score does not count; an excused week with a score counts as usual. An excuse also applies
    to a week that is already closed, and changes its results.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def preview(
        self, actor: Actor, player: int, week: str, event: str | int | None = None, *, is_excused: bool
    ) -> ExcusePreview:
        """Return what `excuse` or `take_back` would change, or raise what it would raise; roll everything back."""

        def work(session: Session) -> ExcusePreview:
            require_admin(session, actor)
            with rolled_back(session):
                asked = self._find(session, actor, player, week, event)
                of_player = asked.member.player_id, asked.week.code
                looks = {one.id: Foresight(session, one, self._scale, *of_player) for one in asked.events}
                result = self._change(session, actor, asked, None, is_excused=is_excused)
                moved = tuple(EventConsequences(one, looks[one.id].consequences()) for one in result.events)
                return ExcusePreview(result, moved)

        return await self._database.write(work)

    async def excuse(
        self, actor: Actor, player: int, week: str, event: str | int | None = None, reason: str | None = None
    ) -> ExcuseResult:
        """Excuse a player from a week, which then does not count as missed.

        Args:
            actor: the admin.
            player: Discord's id of the player.
            week: such as 2026-W47, `next week` or one of its days.
            event: the name or the key of the event; None for all events of the server, including future ones.
            reason: the reason, for the audit log.

        Raises:
            MomentUnknown: `week` is not a week.
            NeverSubmitted: the player has never submitted a score in the server.
            AlreadyExcused: the player already has this excuse.
        """
        return await self._write(actor, player, week, event, reason, is_excused=True)

    async def take_back(
        self, actor: Actor, player: int, week: str, event: str | int | None = None, reason: str | None = None
    ) -> ExcuseResult:
        """Withdraw an excuse that `excuse` gave for the same event, or for all events.

        Raises:
            MomentUnknown, NeverSubmitted: as `excuse`.
            NotExcused: there is no such excuse.
        """
        return await self._write(actor, player, week, event, reason, is_excused=False)

    async def _write(
        self, actor: Actor, player: int, week: str, event: str | int | None, reason: str | None, *, is_excused: bool
    ) -> ExcuseResult:
        def work(session: Session) -> ExcuseResult:
            begin_action(session, actor)
            asked = self._find(session, actor, player, week, event)
            return self._change(session, actor, asked, clean_reason(reason), is_excused=is_excused)

        return await self._database.write(work)

    def _find(self, session: Session, actor: Actor, discord_id: int, typed: str, wanted: str | int | None) -> _Asked:
        week = read_week(typed, load_settings(session, actor.guild_id).time_zone, self._clock())
        member = find_member(session, actor.guild_id, discord_id)
        if wanted is None:
            return _Asked(member, week, None, [*lock_events(session, member).values()])
        event = find_event(session, actor.guild_id, wanted, lock=True)
        return _Asked(member, week, event, [event])

    def _change(
        self, session: Session, actor: Actor, asked: _Asked, reason: str | None, *, is_excused: bool
    ) -> ExcuseResult:
        member, week, event, events = asked
        player, now = name_member(session, member), self._clock()
        what = None if event is None else event.id
        has_other = False
        if is_excused:
            excuse = Excuse(event_id=what, excused_at=now, excused_by=actor.discord_id, reason=reason)
            _give(session, member, player, week, excuse)
        else:
            _take(session, member, player, week, what)
            others = Excuse.event_id.is_not(None) if what is None else Excuse.event_id.is_(None)
            has_other = session.scalar(sa.select(Excuse.id).where(*_of(member, week), others).limit(1)) is not None
        followed = [one for one in events if follow_excuse(session, one, week.code, member.player_id, self._scale)]
        for one in followed:
            after_correction(session, one, now, JobKind.FINAL, JobKind.BOARD)
        action = Action.EXCUSE_PLAYER if is_excused else Action.TAKE_BACK_EXCUSE
        detail = WeekDetail(str(week))
        record(session, actor, action, detail, at=now, event_id=what, player_id=member.player_id, reason=reason)
        info = None if event is None else describe(event)
        return ExcuseResult(player, week, info, is_excused, tuple(map(describe, followed)), reason, has_other)


def _give(session: Session, member: Member, player: PlayerName, week: Week, excuse: Excuse) -> None:
    there = Excuse.event_id.is_(None) if excuse.event_id is None else excuse_holds_in(excuse.event_id)
    if session.scalar(sa.select(Excuse.id).where(*_of(member, week), there).limit(1)) is not None:
        raise AlreadyExcused(player.discord_id, str(week))
    excuse.guild_id, excuse.player_id, excuse.week_number = member.guild_id, member.player_id, week.code
    session.add(excuse)
    session.flush()


def _take(session: Session, member: Member, player: PlayerName, week: Week, event_id: int | None) -> None:
    there = Excuse.event_id.is_(None) if event_id is None else Excuse.event_id == event_id
    excuse = session.scalar(sa.select(Excuse).where(*_of(member, week), there))
    if excuse is None:
        raise NotExcused(player.discord_id, str(week))
    session.delete(excuse)
    session.flush()


def _of(member: Member, week: Week) -> tuple[sa.ColumnElement[bool], ...]:
    return Excuse.guild_id == member.guild_id, Excuse.player_id == member.player_id, Excuse.week_number == week.code
