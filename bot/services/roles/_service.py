"""Decide who gets which role, and record which roles the bot has given."""

from collections import defaultdict
from collections.abc import Container, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.database import Database
from bot.database.models import Event, EventRole, RoleGrant, WeeklyRun
from bot.domain.audit import Action, RoleDetail
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.roles import MOST_AWARDED, Award, RoleAward, RoleChange
from bot.domain.servers import Trouble, is_former
from bot.services.events import describe, find_event
from bot.services.jobs import finish, hold, postpone, schedule
from bot.services.ratings import LeaderboardScoringService
from bot.services.servers import Actor, begin_action, drop_notices, leave_notice, record
from bot.services.standings import find_leaders

AT_A_TIME = 200
"""The most roles that one claim of the job gives and takes."""
RETRIED = (Trouble.ROLES_CLOSED, Trouble.ROLE_ABOVE, Trouble.OWNER_WITHOUT_2FA)
"""The troubles after which the next job tries again. They are over once a job has given and taken every role."""


class RoleService:
    """Awards roles by the overall board. The job of a server gives and takes them after closes and corrections.

    Several events may award the same role, so the job considers all events to decide who has it.
    """

    def __init__(self, database: Database, clock: Clock, scoring: LeaderboardScoringService) -> None:
        self._database = database
        self._clock = clock
        self._scoring = scoring

    async def award(
        self, actor: Actor, event_name: str, role_id: int, award: Award, elo: int | None = None
    ) -> RoleAward:
        """Award a role in an event, in place of its previous award of that role.

        Args:
            actor: the admin, who must be allowed to give the role.
            event_name: the name of the event.
            role_id: the role, which the bot must be allowed to give.
            award: who gets it.
            elo: the event Elo that `Award.ELO` requires; None for other awards.
        """

        def work(session: Session) -> RoleAward:
            begin_action(session, actor)
            event = find_event(session, actor.guild_id, event_name, lock=True)
            of_event = EventRole.event_id == event.id
            row = session.scalar(sa.select(EventRole).where(of_event, EventRole.role_id == role_id))
            if row is None:
                row = EventRole(event_id=event.id, role_id=role_id)
                session.add(row)
            row.award, row.elo, event.gives_roles = award, elo, True
            drop_notices(session, actor.guild_id, JobKind.ROLES)
            detail = RoleDetail(str(role_id), award, elo)
            record(session, actor, Action.AWARD_ROLE, detail, at=self._clock(), event_id=event.id)
            schedule(session, JobKind.ROLES, str(event.guild_id), self._clock())
            return RoleAward(describe(event), role_id, award, elo)

        return await self._database.write(work)

    async def plan(self, key: str, left_out: Container[int] = ()) -> tuple[RoleChange, ...]:
        """Return what the job of a server gives and takes next: at most `AT_A_TIME` changes, best players first.

        Args:
            key: the key of the job.
            left_out: the roles that stay as they are.
        """
        guild_id = int(key)
        boards = await self._database.read(lambda session: _boards(session, guild_id))
        for event_id in boards.values():
            if await self._scoring.is_stale(event_id):
                await self._scoring.recalculate(event_id)

        def work(session: Session) -> tuple[RoleChange, ...]:
            earned = _earned(session, guild_id)
            earners: defaultdict[int, set[int]] = defaultdict(set)
            for row, players in earned:
                earners[row.role_id].update(players)
            closed_at = _latest_close(session, guild_id)
            changes: list[RoleChange] = []
            for row, players in earned:
                if row.role_id in left_out:
                    continue
                grants = sa.select(RoleGrant.discord_id, RoleGrant.given_at).where(RoleGrant.award_id == row.id)
                given = dict(session.execute(grants).all())
                keep, lost = earners[row.role_id], sorted(given.keys() - set(players))
                changes += [RoleChange(row.id, row.role_id, one, gives=False, keeps=one in keep) for one in lost]
                # Give it again after each close: a player may have left the server and come back without it.
                due = [one for one in players if one not in given or given[one] < closed_at]
                changes += [RoleChange(row.id, row.role_id, one, gives=True) for one in due]
            return tuple(changes[:AT_A_TIME])

        return await self._database.read(work)

    async def note(self, claim: Claim, done: Sequence[RoleChange], *, is_all: bool) -> None:
        """Store what was given and taken; end the job if `is_all`, else continue it at once.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            guild_id = int(claim.key)
            hold(session, claim)
            self._note(session, guild_id, done)
            if is_all:
                _forget_ended(session, guild_id)
                drop_notices(session, guild_id, JobKind.ROLES, of=RETRIED)
                finish(session, claim)
            else:
                postpone(session, claim, self._clock())

        await self._database.write(work)

    async def give_up(self, claim: Claim, done: Sequence[RoleChange], refused: RoleChange, trouble: Trouble) -> None:
        """End the job until the next close, and leave a notice for the admins. Stop awarding a role that is gone.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            guild_id = int(claim.key)
            finish(session, claim)
            self._note(session, guild_id, done)
            if trouble is Trouble.ROLE_GONE:
                session.execute(sa.delete(RoleGrant).where(RoleGrant.award_id == refused.award_id))
                session.execute(sa.delete(EventRole).where(EventRole.id == refused.award_id))
                _forget_ended(session, guild_id)
                schedule(session, JobKind.ROLES, claim.key, self._clock())
            leave_notice(session, guild_id, JobKind.ROLES, trouble, refused.role_id, self._clock())

        await self._database.write(work)

    def _note(self, session: Session, guild_id: int, done: Sequence[RoleChange]) -> None:
        # The clock of the process that closed a week may be ahead of this one.
        at = max(self._clock(), _latest_close(session, guild_id))
        for change in done:
            grant = {"award_id": change.award_id, "discord_id": change.discord_id}
            if change.gives:
                session.merge(RoleGrant(**grant, given_at=at))
            else:
                session.execute(sa.delete(RoleGrant).filter_by(**grant))
        session.flush()


def _earned(session: Session, guild_id: int) -> list[tuple[EventRole, list[int]]]:
    """Return the awards of a server, each with the players who have earned it, the best first."""
    found: list[tuple[EventRole, list[int]]] = []
    for event_id, board_id in _boards(session, guild_id).items():
        event = session.get_one(Event, board_id)
        board = [one for one in find_leaders(session, event, MOST_AWARDED) if not is_former(one.player.discord_id)]
        found += [
            (row, [one.player.discord_id for one in board if row.award.goes_to(one, row.elo)])
            for row in session.scalars(sa.select(EventRole).where(EventRole.event_id == event_id))
        ]
    return found


def _latest_close(session: Session, guild_id: int) -> datetime:
    """Return when a week was last closed in a server; the earliest instant if none was."""
    closes = sa.select(sa.func.max(WeeklyRun.ran_at)).join(Event, Event.id == WeeklyRun.event_id)
    return session.scalar(closes.where(Event.guild_id == guild_id)) or datetime.min.replace(tzinfo=UTC)


def _boards(session: Session, guild_id: int) -> dict[int, int]:
    """Return the events of a server that award roles, each with the event whose board decides.

    Until a week of a new season is closed, the board of the previous season decides.
    """
    before = aliased(Event)
    is_before = sa.and_(before.season_of == Event.id, before.season == Event.season - 1)
    has_closed = sa.exists().where(WeeklyRun.event_id == Event.id)
    boards = sa.select(Event.id, sa.case((has_closed, Event.id), else_=sa.func.coalesce(before.id, Event.id)))
    of_guild = (
        boards.select_from(Event).outerjoin(before, is_before).where(Event.guild_id == guild_id, Event.gives_roles)
    )
    return dict(session.execute(of_guild.order_by(Event.id)).all())


def _forget_ended(session: Session, guild_id: int) -> None:
    """Delete the ended awards of a server once nobody holds their roles; an event without awards stops giving roles."""
    of_server = EventRole.event_id.in_(sa.select(Event.id).where(Event.guild_id == guild_id))
    has_some = sa.exists().where(RoleGrant.award_id == EventRole.id)
    ended = sa.delete(EventRole).where(of_server, EventRole.award == Award.NOBODY, ~has_some)
    session.execute(ended.execution_options(synchronize_session=False))
    awards = sa.exists().where(EventRole.event_id == Event.id)
    without = sa.update(Event).where(Event.guild_id == guild_id, Event.gives_roles, ~awards)
    session.execute(without.values(gives_roles=False).execution_options(synchronize_session=False))
