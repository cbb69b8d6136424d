"""One submission, inside its transaction: load what it touches, decide, write."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.database.dialect import insert_for
from bot.database.models import Event, LeaderboardScore, Player, PlayerEventStats, ScoreSubmission, ScoreType
from bot.domain.bests import Bests, Verdict, judge
from bot.domain.ratings import RatingScale
from bot.domain.results import EventInfo, PlayerName, SubmissionResult
from bot.domain.text import clean_display_name, clean_proof
from bot.domain.weeks import Week
from bot.errors import AlreadyCounted, CooldownActive, EventArchived, InvalidScore
from bot.services.base import Clock
from bot.services.current_bests import count_personal_best, current_best
from bot.services.event_lookup import describe, find_event, statistics_of
from bot.services.rating_sql import is_personal_best, is_weekly_best
from bot.services.standings import BoardQuery, count_rows
from bot.services.week_lookup import current_week, open_week


@dataclass(frozen=True, slots=True)
class Submission:
    """A score as it arrives, unchecked.

    Attributes:
        interaction_id: Discord's id of the command's use; counted once, however often it is delivered.
        guild_id: the server.
        discord_id: the player.
        username: the player's unique name on Discord.
        display_name: the player's name in that server.
        event_name: as typed, or chosen from the suggestions.
        score: as typed.
        proof: a link, or None.
    """

    interaction_id: int
    guild_id: int
    discord_id: int
    username: str
    display_name: str
    event_name: str
    score: str
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionRules:
    """What holds for every submission.

    Attributes:
        scale: the constants of the Elo that is told.
        cooldown: how long after an accepted submission the player's next one in that server is refused.
    """

    scale: RatingScale
    cooldown: timedelta


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Everything that a submission touches, locked."""

    now: datetime
    event: Event
    info: EventInfo
    player: Player
    score: float
    current: Week
    week: Week
    bests: Bests
    personal_row: LeaderboardScore | None
    weekly_row: LeaderboardScore | None


async def submit(
    session: AsyncSession, submission: Submission, rules: SubmissionRules, clock: Clock
) -> SubmissionResult:
    """Count one submission, in the caller's transaction."""
    proof = clean_proof(submission.proof)
    loaded = await _load(session, submission, rules.cooldown, clock)
    now = loaded.now
    verdict = judge(loaded.score, loaded.bests, loaded.info.direction)
    if verdict.is_personal_best:
        _store_best(session, loaded, ScoreType.ALL_TIME, now)
        if loaded.bests.personal is None:
            ratings = insert_for(session, PlayerEventStats)
            new = ratings.values(player_id=loaded.player.id, event_id=loaded.event.id)
            await session.execute(new.on_conflict_do_nothing())
        await count_personal_best(session, loaded.event, loaded.bests.personal, loaded.score)
    if verdict.is_weekly_best:
        _store_best(session, loaded, ScoreType.WEEKLY, now)
    session.add(
        ScoreSubmission(
            interaction_id=submission.interaction_id,
            player_id=loaded.player.id,
            event_id=loaded.event.id,
            score=loaded.score,
            week_number=loaded.week.code,
            proof=proof,
            submitted_at=now,
        )
    )
    await session.flush()
    return await _answer(session, loaded, verdict, rules.scale, proof)


async def _load(session: AsyncSession, submission: Submission, cooldown: timedelta, clock: Clock) -> _Loaded:
    """Lock the event, then the player's row, and read the rest, the clock too, under their protection."""
    event = await find_event(session, submission.guild_id, submission.event_name, lock=True)
    info = describe(event)
    if not info.is_active:
        raise EventArchived
    score = _parse(info, submission.score)
    player = await _load_player(session, submission)
    await _refuse_second_delivery(session, submission.interaction_id)
    now = clock()
    await _refuse_haste(session, player, submission.guild_id, cooldown, now)
    current = await current_week(session, submission.guild_id, now)
    week = await open_week(session, event.id, current)
    personal_row = await current_best(session, player.id, is_personal_best(event.id))
    weekly_row = await current_best(session, player.id, is_weekly_best(event.id, week.code))
    bests = Bests(_score_of(personal_row), _score_of(weekly_row))
    return _Loaded(now, event, info, player, score, current, week, bests, personal_row, weekly_row)


def _parse(event: EventInfo, text: str) -> float:
    score = event.style.parse(text)
    if event.min_score is not None and score < event.min_score:
        raise InvalidScore(f"This event takes scores of {event.style.show(event.min_score)} and above.")
    if event.max_score is not None and score > event.max_score:
        raise InvalidScore(f"This event takes scores of {event.style.show(event.max_score)} and below.")
    return score


async def _load_player(session: AsyncSession, submission: Submission) -> Player:
    locked = select(Player).where(Player.discord_id == submission.discord_id).with_for_update(key_share=True)
    username, display_name = (
        clean_display_name(submission.username),
        clean_display_name(submission.display_name),
    )
    player = (await session.scalars(locked)).one_or_none()
    if player is None:
        # Somebody may be adding the same player through another event right now.
        new = insert_for(session, Player).values(
            discord_id=submission.discord_id, username=username, display_name=display_name
        )
        await session.execute(new.on_conflict_do_nothing())
        player = (await session.scalars(locked)).one()
    player.username, player.display_name = username, display_name
    return player


async def _refuse_second_delivery(session: AsyncSession, interaction_id: int) -> None:
    counted = select(ScoreSubmission.id).where(ScoreSubmission.interaction_id == interaction_id)
    if await session.scalar(counted) is not None:
        raise AlreadyCounted


async def _refuse_haste(
    session: AsyncSession, player: Player, guild_id: int, cooldown: timedelta, now: datetime
) -> None:
    """Hold the cooldown. The log is what knows, so that it holds over every process and restart."""
    latest = await session.scalar(
        select(ScoreSubmission.submitted_at)
        .join(Event, Event.id == ScoreSubmission.event_id)
        .where(
            ScoreSubmission.player_id == player.id,
            Event.guild_id == guild_id,
            ScoreSubmission.submitted_at <= now,
        )
        .order_by(ScoreSubmission.submitted_at.desc())
        .limit(1)
    )
    if latest is not None and now - latest < cooldown:
        raise CooldownActive(ceil((latest + cooldown - now).total_seconds()))


def _score_of(row: LeaderboardScore | None) -> float | None:
    return None if row is None else row.score


def _store_best(session: AsyncSession, loaded: _Loaded, score_type: ScoreType, now: datetime) -> None:
    is_weekly = score_type is ScoreType.WEEKLY
    row = loaded.weekly_row if is_weekly else loaded.personal_row
    if row is None:
        row = LeaderboardScore(
            player_id=loaded.player.id,
            event_id=loaded.event.id,
            score_type=score_type,
            week_number=loaded.week.code if is_weekly else None,
        )
        session.add(row)
    row.score, row.submitted_at = loaded.score, now


async def _answer(
    session: AsyncSession, loaded: _Loaded, verdict: Verdict, scale: RatingScale, proof: str | None
) -> SubmissionResult:
    info, best = loaded.info, verdict.personal_best
    statistics = statistics_of(loaded.event)
    board = BoardQuery.of_scores(is_personal_best(loaded.event.id), info.direction)
    return SubmissionResult(
        event=info,
        player=PlayerName(loaded.player.discord_id, loaded.player.display_name),
        score=loaded.score,
        week=loaded.week,
        closed_week=None if loaded.week == loaded.current else loaded.current,
        previous_best=loaded.bests.personal,
        personal_best=best,
        is_personal_best=verdict.is_personal_best,
        is_weekly_best=verdict.is_weekly_best,
        rank=1 + await count_rows(session, board, board.better_than(best)),
        elo=scale.elo(best, statistics.field, info.direction),
        players=statistics.count,
        proof=proof,
    )
