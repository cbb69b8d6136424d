"""Withdraw players from all events of a server, and bring them back."""

from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, Member, ScoreSubmission, WeeklyRun
from bot.domain.audit import Action, MembershipDetail
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.moderation import EventConsequences, MembershipPreview, MembershipResult
from bot.domain.ratings import RatingScale
from bot.domain.servers import PlayerName
from bot.domain.text import clean_reason
from bot.errors import AlreadyWithdrawn, NotWithdrawn
from bot.services.announcements import may_be_record
from bot.services.events import describe
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._corrections import derive_bests
from bot.services.moderation._player import lock_events, unrate
from bot.services.ratings import Recalculation
from bot.services.servers import Actor, begin_action, find_member, record, require_admin
from bot.services.weeks import after_correction, announce_end


class WithdrawalService:
    """Withdraws members of a server from all of its events, and brings them back.

    A withdrawn player has no bests: no field, board, rank or report includes them, and the bot refuses their
    submissions. The log and the archive stay unchanged.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` of every event that a player leaves or rejoins."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def withdraw(self, actor: Actor, player: int, reason: str | None = None) -> MembershipResult:
        """Withdraw a player from all events of the server.

        Args:
            actor: the admin.
            player: Discord's id of the player.
            reason: the reason, for the audit log.

        Raises:
            NeverSubmitted: the player has never submitted a score in the server.
            AlreadyWithdrawn: the player is withdrawn.
        """
        return await self._change(actor, player, reason, is_withdrawn=True)

    async def bring_back(self, actor: Actor, player: int, reason: str | None = None) -> MembershipResult:
        """Bring a withdrawn player back into all events, with the bests from the log; see `withdraw`.

        Raises:
            NeverSubmitted: the player has never submitted a score in the server.
            NotWithdrawn: the player is not withdrawn.
        """
        return await self._change(actor, player, reason, is_withdrawn=False)

    async def preview(self, actor: Actor, player: int, *, is_withdrawn: bool) -> MembershipPreview:
        """Return what `withdraw` or `bring_back` would change, or raise what it would raise; roll everything back."""

        def work(session: Session) -> MembershipPreview:
            require_admin(session, actor)
            with rolled_back(session):
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
            action = Action.WITHDRAW_PLAYER if is_withdrawn else Action.RETURN_PLAYER
            detail = MembershipDetail(len(changed))
            record(session, actor, action, detail, at=now, player_id=member.player_id, reason=why)
            of_player = ScoreSubmission.player_id == member.player_id
            with_records = [key for key in changed if may_be_record(session, events[key], of_player)]
            for event_id, open_weeks in changed.items():
                untrue = [JobKind.FINAL, JobKind.BOARD, *([JobKind.RECORD] if event_id in with_records else [])]
                after_correction(session, events[event_id], now, *untrue)
                if is_withdrawn and open_weeks:
                    announce_end(session, events[event_id], now)
            name = PlayerName(discord_id, member.display_name)
            moved = tuple(describe(events[key]) for key in changed)
            return MembershipResult(name, is_withdrawn, moved, why), [*changed]

        result, changed = await self._database.write(work)
        for event_id in changed:
            self._recalculation.request(event_id)
        return result

    def _move(
        self, session: Session, member: Member, events: dict[int, Event], now: datetime, *, is_withdrawn: bool
    ) -> dict[int, list[int]]:
        """Withdraw a member or bring them back.

        Returns:
            The events whose bests have changed, by key, each with the open weeks for which the player has scores.
        """
        member.withdrawn_at = now if is_withdrawn else None
        open_weeks, changed = _open_weeks(session, member), dict[int, list[int]]()
        for key, event in events.items():
            before, after = derive_bests(session, event, member.player_id, open_weeks[key])
            if before != after:
                event.version += 1
                changed[key] = open_weeks[key]
        if is_withdrawn:
            unrate(session, member.player_id, events.values(), self._scale)
        return changed


def _check(member: Member, discord_id: int, *, is_withdrawn: bool) -> None:
    if is_withdrawn == (member.withdrawn_at is not None):
        raise (AlreadyWithdrawn if is_withdrawn else NotWithdrawn)(discord_id)


def _lock_member(session: Session, guild_id: int, discord_id: int) -> Member:
    """Return a member, locked so that the member's submissions wait until the commit.

    The member is locked before the events, so that no submission can add a best to another event. No transaction that
    holds the lock of an event waits for a member.
    """
    member = find_member(session, guild_id, discord_id, lock=True)
    member.version += 1
    return member


def _open_weeks(session: Session, member: Member) -> defaultdict[int, list[int]]:
    """Return the weeks without a run for which a player has scores, by event."""
    log, weeks = ScoreSubmission, defaultdict[int, list[int]](list)
    is_closed = sa.exists().where(WeeklyRun.event_id == log.event_id, WeeklyRun.week_number == log.week_number)
    of_player = log.player_id == member.player_id, log.removed_at.is_(None), ~is_closed
    for event_id, week in session.execute(sa.select(log.event_id, log.week_number).where(*of_player).distinct()):
        weeks[event_id].append(week)
    return weeks
