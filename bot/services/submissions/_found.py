"""Read the event and the player of a submission from the rows of `FIND`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from bot.domain.ratings import Field
from bot.domain.servers import ServerSettings
from bot.domain.statistics import RunningStatistics
from bot.domain.submissions import Known, OpenEvent, StoredBest
from bot.domain.weeks import Week
from bot.services.events import describe
from bot.services.submissions import _statements as sql


def open_event(row: Row[Any]) -> OpenEvent:
    """Return the event in a row, as it is before the batch."""
    zone = ServerSettings().time_zone if row.time_zone is None else row.time_zone
    week = None if row.week_number is None else Week.from_code(row.week_number)
    statistics = RunningStatistics(row.score_count, row.score_origin, row.score_mean, row.score_m2, row.score_m2_peak)
    of_week = RunningStatistics(row.week_count, row.week_origin, row.week_mean, row.week_m2, row.week_m2_peak)
    counted = Field(row.score_count, row.elo_origin, row.elo_centre, row.elo_spread)
    return OpenEvent(
        info=describe(row),
        time_zone=zone,
        version=row.version,
        scores_version=row.scores_version,
        statistics=statistics,
        week=week,
        week_statistics=of_week,
        kept_field=counted if row.elo_version > 0 else None,
        announces=row.announcement_channel_id is not None,
        has_board=row.board_channel_id is not None,
    )


def known_of(rows: Sequence[Row[Any]], current: Week) -> Known:
    """Return what the rows of a submission say about its player, relative to the current week."""
    row = rows[0]
    closed = () if row.closed_weeks is None else row.closed_weeks.split(sql.SEPARATOR)
    return Known(
        current=current,
        is_withdrawn=row.withdrawn_at is not None,
        latest=max((at for at in (row.latest, row.latest_held) if at is not None), default=None),
        closed_weeks={Week.from_code(int(code)) for code in closed},
        personal=None if row.personal_id is None else StoredBest(row.personal_id, row.personal_best),
        weekly={
            Week.from_code(one.weekly_week): StoredBest(one.weekly_id, one.weekly_best)
            for one in rows
            if one.weekly_id is not None
        },
    )
