"""Find the submission that an admin has picked or typed."""

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.dialect import UtcDateTime
from bot.database.models import Event, Player, ScoreSubmission
from bot.domain.clock import local_time
from bot.domain.moderation import LoggedSubmission
from bot.domain.score_search import Wanted, read_search
from bot.domain.servers import is_former
from bot.domain.weeks import Week
from bot.errors import (
    AlreadyTakenBack,
    NoRemovedScores,
    NoScores,
    NothingToRemove,
    NothingToRestore,
    NothingToTakeBack,
    RemovedAlready,
    RestoredAlready,
    SeveralScores,
    SubmitterErased,
)
from bot.services.events import describe
from bot.services.ratings import best_first, number
from bot.services.servers import load_settings

MOST_LISTED = 25
MOST_NAMED = 10
"""How many submissions a refusal lists."""
_KEY = re.compile("#([0-9]{1,18})")


def find_listed(
    session: Session, event: Event, discord_id: int, typed: str, now: datetime, *, are_removed: bool
) -> tuple[LoggedSubmission, ...]:
    """Return up to 25 submissions of a player that match a text, the latest first.

    Args:
        session: the transaction.
        event: the event.
        discord_id: Discord's id of the player.
        typed: what the admin has typed so far; empty matches all submissions.
        now: the time.
        are_removed: whether to search the removed submissions or the others.
    """
    zone = load_settings(session, event.guild_id).time_zone
    wanted = read_search(typed, describe(event).style, zone, now)
    found = _log_of(event, discord_id, are_removed=are_removed).where(*map(_fits, wanted))
    latest = found.order_by(ScoreSubmission.id.desc()).limit(MOST_LISTED)
    return tuple(name_submission(event, row, zone) for row in session.scalars(latest))


def find_one(
    session: Session, event: Event, discord_id: int, text: str | None, now: datetime, *, are_removed: bool
) -> ScoreSubmission:
    """Return the submission that a text identifies.

    Args:
        session: the transaction.
        event: the event.
        discord_id: Discord's id of the player.
        text: `#` and a key, as suggestions and buttons send it; or a value, a day or a week, as admins type it; None
            for the personal best or, among removed submissions, the one that was removed last.
        now: the time.
        are_removed: whether to search the removed submissions or the others.

    Raises:
        NothingToRemove, NothingToRestore: no such submission exists.
        RemovedAlready, RestoredAlready: somebody was faster.
        NoScores, NoRemovedScores: the player has no submission of this kind at all.
        SeveralScores: the text matches several submissions.
    """
    log, of_player = ScoreSubmission, _log_of(event, discord_id, are_removed=are_removed)
    if text is None:
        best = (best_first(log.score, describe(event).direction), log.id)
        order = (log.removed_at.desc(), log.id.desc()) if are_removed else best
        found = session.scalars(of_player.order_by(*order).limit(1)).all()
    elif key := _KEY.fullmatch(text.strip()):
        picked = log.id == int(key[1])
        found = session.scalars(of_player.where(picked)).all()
        others = _log_of(event, discord_id, are_removed=not are_removed)
        if not found and session.scalar(others.where(picked)) is not None:
            raise (RestoredAlready if are_removed else RemovedAlready)(discord_id, event.name)
    else:
        zone = load_settings(session, event.guild_id).time_zone
        wanted = read_search(text, describe(event).style, zone, now, is_complete=True)
        found = session.scalars(of_player.where(*map(_fits, wanted)).order_by(log.id.desc())).all() if wanted else []
        if len(found) > 1:
            names = tuple(str(name_submission(event, row, zone)) for row in found[:MOST_NAMED])
            raise SeveralScores(names, len(found))
    if not found:
        has_any = session.scalar(of_player.limit(1)) is not None
        raise _nothing(has_any=has_any, are_removed=are_removed)(discord_id, event.name)
    return found[0]


def find_own(session: Session, event: Event, discord_id: int, interaction_id: int) -> ScoreSubmission:
    """Return the submission that a player made to an event in one interaction.

    Raises:
        NothingToTakeBack: there is no such submission, or an admin has removed it.
        SubmitterErased: the player has been erased since.
        AlreadyTakenBack: the player has already removed it.
    """
    log = ScoreSubmission
    row = session.scalar(sa.select(log).where(log.event_id == event.id, log.interaction_id == interaction_id))
    owner = None if row is None else session.get_one(Player, row.player_id).discord_id
    if owner is not None and is_former(owner):
        raise SubmitterErased
    if row is None or owner != discord_id or row.removed_by not in (None, discord_id):
        raise NothingToTakeBack
    if row.removed_by is not None:
        raise AlreadyTakenBack
    return row


def name_submission(event: Event, row: ScoreSubmission, zone: str) -> LoggedSubmission:
    """Return a submission as admins see it, in the server's time zone."""
    week, at = Week.from_code(row.week_number), local_time(row.submitted_at, zone)
    return LoggedSubmission(row.id, describe(event).style, row.score, week, at)


def _nothing(*, has_any: bool, are_removed: bool) -> type[NothingToRemove | NothingToRestore]:
    """Return the error for a text that matches no submission; `has_any` says whether the player has others."""
    if are_removed:
        return NothingToRestore if has_any else NoRemovedScores
    return NothingToRemove if has_any else NoScores


def _log_of(event: Event, discord_id: int, *, are_removed: bool) -> sa.Select[ScoreSubmission]:
    log = ScoreSubmission
    return (
        sa.select(log)
        .join(Player, Player.id == log.player_id)
        .where(Player.discord_id == discord_id, log.event_id == event.id)
        .where(log.removed_at.is_not(None) if are_removed else log.removed_at.is_(None))
    )


def _fits(wanted: Wanted) -> sa.ColumnElement[bool]:
    log = ScoreSubmission
    scores = [sa.and_(log.score >= number(low), log.score < number(high)) for low, high in wanted.scores]
    times = [
        sa.and_(log.submitted_at >= sa.literal(begin, UtcDateTime), log.submitted_at < sa.literal(end, UtcDateTime))
        for begin, end in wanted.times
    ]
    weeks = [log.week_number.between(first, last) for first, last in wanted.weeks]
    return sa.or_(sa.false(), *scores, *times, *weeks)
