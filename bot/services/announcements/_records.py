"""Compose the announcement of a record from the log."""

from datetime import timedelta
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, ScoreSubmission
from bot.domain.announcements import Record, read_key
from bot.domain.posts import Draft
from bot.services.announcements._announcements import Announcements
from bot.services.events import describe
from bot.services.ratings import best_of, is_better
from bot.services.servers import name_player


class RecordAnnouncements(Announcements):
    """The announcements of records: one for each score that was better than all before it."""

    async def draft(self, key: str) -> Draft[Record] | None:
        """Return what the announcement currently says; None if the score is gone from the log."""
        event_id, interaction_id = read_key(key)

        def work(session: Session) -> Draft[Record] | None:
            event = session.get(Event, event_id)
            score = session.scalar(sa.select(ScoreSubmission).where(ScoreSubmission.interaction_id == interaction_id))
            if event is None or score is None:
                return None
            record, is_latest = _find_record(session, event, score)
            return self._draft(session, event, record, is_news=record.stands and is_latest)

        return await self._database.read(work)


def _find_record(session: Session, event: Event, score: ScoreSubmission) -> tuple[Record, bool]:
    """Return the record that a score set, and whether it still stands. A first score is no record."""
    records = _records(session, event)
    of_score = next((row for row in records if row.id == score.id), None)
    when = score.submitted_at, score.id
    before = [row for row in records if (row.submitted_at, row.id) < when]
    info, player = describe(event), name_player(session, event, score.player_id)
    if not before:
        return Record(info, player, score.score, player, score.score, timedelta(0), stands=False), False
    held = before[-1]
    in_a_row = [*takewhile(lambda row: row.player_id == held.player_id, reversed(before))]
    record = Record(
        event=info,
        player=player,
        score=score.score,
        holder=name_player(session, event, held.player_id),
        beaten=held.score,
        led=score.submitted_at - in_a_row[-1].submitted_at,
        stands=of_score is not None,
    )
    return record, of_score is not None and of_score is records[-1]


def _records(session: Session, event: Event) -> list[sa.Row[int, int, float, object]]:
    """Return the scores that beat all earlier ones, in the order of time, among the scores that count."""
    log = ScoreSubmission
    before = best_of(log.score, event.score_direction).over(order_by=(log.submitted_at, log.id), rows=(None, -1))
    counted = (
        sa.select(log.id, log.player_id, log.score, log.submitted_at, before.label("before"))
        .join(Member, (Member.player_id == log.player_id) & (Member.guild_id == event.guild_id))
        .where(log.event_id == event.id, log.removed_at.is_(None), Member.withdrawn_at.is_(None))
        .subquery()
    )
    is_record = counted.c.before.is_(None) | is_better(counted.c.score, counted.c.before, event.score_direction)
    records = sa.select(*counted.c).where(is_record)
    return [*session.execute(records.order_by(counted.c.submitted_at, counted.c.id))]
