"""Compose the announcement of a record from the log."""

import asyncio
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from bot.database.database import Database
from bot.database.dialect import UtcDateTime
from bot.database.models import Event, LeaderboardScore, ScoreSubmission
from bot.domain.announcements import Record, read_key
from bot.domain.clock import Clock
from bot.domain.posts import Draft
from bot.services.announcements._announcements import Announcements
from bot.services.events import describe
from bot.services.ratings import best_first, counts_in, counts_of, is_better, is_of_event, is_personal_best
from bot.services.servers import name_player

_LOG = ScoreSubmission


class RecordAnnouncements(Announcements):
    """The announcements of records: one for each score that beat every earlier score."""

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__(database, clock)
        # Compose one announcement at a time, because each reads the whole log of an event several times.
        self._turn = asyncio.Lock()

    async def draft(self, key: str) -> Draft[Record] | None:
        """Return what the announcement currently says; None if the score is gone from the log."""
        event_id, interaction_id = read_key(key)

        def work(session: Session) -> Draft[Record] | None:
            event = session.get(Event, event_id)
            score = session.scalar(sa.select(_LOG).where(_LOG.interaction_id == interaction_id))
            if event is None or score is None:
                return None
            record = _find_record(session, event, score)
            return self._draft(session, event, record, is_news=record.stands and _is_latest(session, event, score))

        async with self._turn:
            return await self._database.read(work)


def may_be_record(session: Session, event: Event, of_scores: sa.ColumnElement[bool]) -> bool:
    """Tell whether any of the selected scores in the log beats every score that counts before it.

    The selected scores themselves need not count. If none of them beats the earlier ones, no record depends on them.
    """
    earlier = aliased(_LOG)
    is_before = sa.tuple_(earlier.submitted_at, earlier.id) < sa.tuple_(_LOG.submitted_at, _LOG.id)
    is_as_good = ~is_better(_LOG.score, earlier.score, event.score_direction)
    is_beaten = sa.exists().where(*counts_in(event.id, earlier), is_before, is_as_good)
    return bool(session.scalar(sa.select(sa.exists().where(is_of_event(event.id), of_scores, ~is_beaten))))


def _find_record(session: Session, event: Event, score: ScoreSubmission) -> Record:
    """Return the record that a score set; it does not stand if the present log has no such record.

    A first score is no record.
    """
    info, player = describe(event), name_player(session, event, score.player_id)
    counts = session.scalar(sa.select(sa.exists().where(_LOG.id == score.id, *counts_in(event.id))))
    held = _best_before(session, event, score) if counts else None
    if held is None or not info.direction.is_better(score.score, held.score):
        return Record(info, player, score.score, player, score.score, timedelta(0), stands=False)
    return Record(
        event=info,
        player=player,
        score=score.score,
        holder=name_player(session, event, held.player_id),
        beaten=held.score,
        led=score.submitted_at - _led_since(session, event, held),
        stands=True,
    )


def _is_latest(session: Session, event: Event, record: ScoreSubmission) -> bool:
    best = LeaderboardScore
    is_broken = is_personal_best(event.id), is_better(best.score, record.score, event.score_direction)
    return not session.scalar(sa.select(sa.exists().where(*is_broken)))


def _led_since(session: Session, event: Event, held: ScoreSubmission) -> datetime:
    """Return when the holder of a record took the lead in which they set it."""
    first, of_player = held, _LOG.player_id == held.player_id
    own = sa.select(_LOG).where(*counts_of(event.id, held.player_id)).order_by(_LOG.submitted_at, _LOG.id).limit(1)
    while True:
        # The player has led at least since their earliest score before `first` that no rival beat or reached first.
        rival = _best_before(session, event, first, ~of_player)
        leading = own.where(_is_before(first))
        if rival is not None:
            is_first = (_LOG.score == rival.score) & _is_before(rival)
            leading = leading.where(is_better(_LOG.score, rival.score, event.score_direction) | is_first)
        earlier = session.scalar(leading)
        if earlier is None:
            return first.submitted_at
        first = earlier


def _best_before(
    session: Session, event: Event, score: ScoreSubmission, *conditions: sa.ColumnElement[bool]
) -> ScoreSubmission | None:
    """Return the best of the scores that count before another one; of equal scores, the first."""
    order = best_first(_LOG.score, event.score_direction), _LOG.submitted_at, _LOG.id
    before = sa.select(_LOG).where(*counts_in(event.id), _is_before(score), *conditions)
    return session.scalar(before.order_by(*order).limit(1))


def _is_before(score: ScoreSubmission) -> sa.ColumnElement[bool]:
    moment = sa.tuple_(sa.literal(score.submitted_at, UtcDateTime), score.id)
    return sa.tuple_(_LOG.submitted_at, _LOG.id) < moment
