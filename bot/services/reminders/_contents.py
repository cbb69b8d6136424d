"""Find the news about a server for one of its players."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.models import (
    AuditLog,
    Event,
    Excuse,
    HeldScore,
    LeaderboardScore,
    Member,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.domain.audit import Action
from bot.domain.ratings import RatingScale
from bot.domain.reminders import Overtaking, OwnResult, RivalBest, WeekToMiss
from bot.domain.reviews import HeldState
from bot.domain.seasons import check_in_season
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.errors import LeaderboardError
from bot.services.events import describe
from bot.services.ratings import best_first, is_better, is_of_event, is_personal_best, is_weekly_best
from bot.services.servers import find_member
from bot.services.standings import find_missed_week
from bot.services.weeks import excuse_holds_in, open_week

MOST_NAMED = 3


class Contents:
    """The news about a server for one of its players."""

    def __init__(
        self, session: Session, scale: RatingScale, guild_id: int, discord_id: int, zone: str, now: datetime
    ) -> None:
        """Look for news for a user in a server, at a time and in a time zone."""
        self._session = session
        self._scale = scale
        self._guild_id = guild_id
        self._discord_id = discord_id
        self._zone = zone
        self._now = now
        of_user = sa.select(Player.id).where(Player.discord_id == discord_id)
        self._player_id = session.scalar(of_user) or 0

    def missing(self, week: Week) -> tuple[WeekToMiss, ...]:
        """Return the events in which the player would miss the current week."""
        found = [self._to_miss(event, week) for event, _ in self._events]
        return tuple(one for one in found if one is not None)

    def overtaken(self, since: datetime, until: datetime) -> tuple[Overtaking, ...]:
        """Return the events in which others have passed the player's best between two times."""
        found = [self._overtaking(event, best, since, until) for event, best in self._events]
        return tuple(one for one in found if one is not None)

    def rival(self, rival_id: int, since: datetime, until: datetime) -> tuple[RivalBest, ...]:
        """Return the bests that another player made between two times, in the player's events."""
        scores, log, member = LeaderboardScore, ScoreSubmission, find_member(self._session, self._guild_id, rival_id)
        of_best = log.player_id == scores.player_id, log.event_id == scores.event_id, log.score == scores.score
        counts_from = _counts_from()
        new = (
            sa.select(Event.id, scores.score)
            .select_from(Event)
            .join(scores, sa.and_(is_personal_best(Event.id), scores.player_id == member.player_id))
            .join(log, sa.and_(*of_best, log.submitted_at == scores.submitted_at))
            .where(Event.guild_id == self._guild_id)
            .where(counts_from > since, counts_from <= until)
        )
        bests = {row.id: row.score for row in self._session.execute(new)}
        rival = PlayerName(rival_id, member.display_name)
        return tuple(
            RivalBest(describe(event), rival, own, bests[event.id]) for event, own in self._events if event.id in bests
        )

    def results(self, since: datetime, until: datetime) -> tuple[OwnResult, ...]:
        """Return the player's results in weeks that were closed between two times, the latest first."""
        result, stats = WeeklyResult, PlayerEventStats
        own = (
            sa.select(Event, WeeklyRun, result, stats.calculated_event_elo)
            .select_from(Event)
            .join(WeeklyRun, WeeklyRun.event_id == Event.id)
            .join(result, sa.and_(result.run_id == WeeklyRun.id, result.player_id == self._player_id))
            .join(stats, sa.and_(stats.event_id == Event.id, stats.player_id == self._player_id))
            .where(Event.guild_id == self._guild_id, WeeklyRun.ran_at > since, WeeklyRun.ran_at <= until)
            .where(result.score.is_not(None))
            .order_by(WeeklyRun.week_number.desc(), Event.name_key)
        )
        return tuple(
            OwnResult(
                event=describe(event),
                week=Week.from_code(run.week_number),
                score=one.score,
                rank=one.rank,
                players=run.field_size,
                elo=one.weekly_elo,
                event_elo=event_elo,
            )
            for event, run, one, event_elo in self._session.execute(own)
            if one.score is not None and one.rank is not None
        )

    def channel(self) -> int | None:
        """Return a channel where scores of the player's events belong; None if there is none."""
        homes = [event.board_channel_id or event.default_channel_id for event, _ in self._events]
        return next((home for home in homes if home is not None), None)

    @cached_property
    def _events(self) -> Sequence[tuple[Event, float]]:
        """The active events that the player takes part in, each with the player's best."""
        best = LeaderboardScore
        is_own = sa.and_(is_personal_best(Event.id), best.player_id == self._player_id)
        events = (
            sa.select(Event, best.score).join(best, is_own).where(Event.guild_id == self._guild_id, Event.is_active)
        )
        return [(row.Event, row.score) for row in self._session.execute(events.order_by(Event.name_key))]

    def _to_miss(self, event: Event, week: Week) -> WeekToMiss | None:
        info = describe(event)
        with suppress(LeaderboardError):
            check_in_season(info, week, self._zone)
            if self._counts_for_others_alone(event, week):
                closes_at = week.ends_at(self._zone)
                missed = find_missed_week(self._session, event, self._discord_id, closes_at, self._scale)
                return None if missed is None else replace(missed, held=self._waiting(event, week))
        return None

    def _waiting(self, event: Event, week: Week) -> float | None:
        """Return the latest score of the player in a week that waits for an admin; None if there is none."""
        held = HeldScore
        waits = held.player_id == self._player_id, held.event_id == event.id, held.state == HeldState.WAITING
        of_week = held.made_in_week == week.code
        return self._session.scalar(sa.select(held.score).where(*waits, of_week).order_by(held.id.desc()).limit(1))

    def _counts_for_others_alone(self, event: Event, week: Week) -> bool:
        """Tell whether a week is open and will be rated, while the player has neither a score nor an excuse."""
        if open_week(self._session, event.id, week) != week:
            return False
        bests, own = is_weekly_best(event.id, week.code), LeaderboardScore.player_id == self._player_id
        is_excused = sa.exists().where(
            Excuse.player_id == self._player_id,
            Excuse.guild_id == self._guild_id,
            Excuse.week_number == week.code,
            excuse_holds_in(event.id),
        )
        is_there = self._session.scalar(sa.select(sa.exists().where(bests, own) | is_excused))
        others = sa.select(sa.func.count()).where(bests)
        return not is_there and self._session.execute(others).scalar_one() >= max(event.min_field, 1)

    def _overtaking(self, event: Event, best: float, since: datetime, until: datetime) -> Overtaking | None:
        scores, log, held = LeaderboardScore, ScoreSubmission, HeldScore
        beats = is_better(scores.score, best, event.score_direction)
        counts_from = _counts_from()
        of_player = log.player_id == scores.player_id, is_of_event(event.id), log.removed_at.is_(None)
        was_ahead = sa.exists().where(
            *of_player, is_better(log.score, best, event.score_direction), counts_from <= until
        )
        # Whoever was not ahead before a score of that time, but was in the end, has passed the player meanwhile.
        was_behind = sa.exists().where(
            *of_player, counts_from > since, counts_from <= until, self._kept_up_until(event)
        )
        # Few players have new bests, so read the log of each.
        approved = sa.select(held.player_id).where(held.event_id == event.id, held.decided_at > since)
        added = sa.select(AuditLog.player_id).where(
            AuditLog.event_id == event.id, AuditLog.done_at > since, AuditLog.action == Action.ADD_SCORE
        )
        has_new_best = (scores.submitted_at > since) | scores.player_id.in_(approved.union_all(added))
        is_new = is_personal_best(event.id), beats, has_new_best, was_ahead, was_behind
        number = self._session.execute(sa.select(sa.func.count()).where(*is_new)).scalar_one()
        if number == 0:
            return None
        named = (
            sa.select(Player.discord_id, Member.display_name, scores.score)
            .join(Player, Player.id == scores.player_id)
            .join(Member, sa.and_(Member.player_id == Player.id, Member.guild_id == self._guild_id))
            .where(*is_new)
            .order_by(best_first(scores.score, event.score_direction), scores.submitted_at)
            .limit(MOST_NAMED)
        )
        better = self._session.execute(sa.select(sa.func.count()).where(is_personal_best(event.id), beats)).scalar_one()
        others = tuple(
            (PlayerName(row.discord_id, row.display_name), row.score) for row in self._session.execute(named)
        )
        return Overtaking(describe(event), best, others, number, better + 1)

    def _kept_up_until(self, event: Event) -> sa.ColumnElement[bool]:
        """Return the condition that the player was level or ahead until another one submitted a score."""
        log, own, theirs = ScoreSubmission, aliased(ScoreSubmission), aliased(ScoreSubmission)
        was_behind = sa.exists().where(
            theirs.player_id == log.player_id,
            is_of_event(event.id, theirs),
            theirs.removed_at.is_(None),
            is_better(theirs.score, own.score, event.score_direction),
            _counts_from(theirs) < _counts_from(),
        )
        return sa.exists().where(
            own.player_id == self._player_id,
            is_of_event(event.id, own),
            own.removed_at.is_(None),
            _counts_from(own) < _counts_from(),
            ~was_behind.correlate(log, own),
        )


def _counts_from(log: type[ScoreSubmission] = ScoreSubmission) -> sa.ColumnElement[datetime]:
    """Return the time from which a score counts: its approval if it was held, or when an admin added it."""
    of_score = HeldScore.interaction_id == log.interaction_id
    approved_at = sa.select(HeldScore.decided_at).where(of_score).correlate(log).scalar_subquery()
    addition = AuditLog.interaction_id == log.interaction_id, AuditLog.action == Action.ADD_SCORE
    added_at = sa.select(AuditLog.done_at).where(*addition).correlate(log).scalar_subquery()
    # Nearly all scores were added by nobody, and need no look at the audit log.
    added_then = sa.case((log.added_by.is_not(None), added_at))
    return sa.func.coalesce(approved_at, added_then, log.submitted_at)
