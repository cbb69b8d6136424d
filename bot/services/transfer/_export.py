"""Write an event to files: tables for a spreadsheet, and one file from which the event can be restored."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from bot.database.models import (
    Event,
    Excuse,
    LeaderboardScore,
    Member,
    Player,
    PlayerEventStats,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnyRow, AnySelect, Streams
from bot.domain.audit import ITSELF
from bot.domain.ratings import RatingScale
from bot.domain.rules import Method
from bot.domain.scores import ScoreStyle
from bot.domain.servers import is_former
from bot.domain.transfer import Cell, inert
from bot.domain.weeks import Week
from bot.services.ratings import best_first, is_personal_best, rating_of
from bot.services.transfer._file import FILE_NAME, FORMAT, VERSION
from bot.services.weeks import excuse_holds_in

OpenFile = Callable[[str], AbstractContextManager[IO[bytes]]]
"""Opens a file with this name for writing."""
Cells = Iterable[Cell]

_LOG, _RUN, _RESULT, _STATS, _BEST = ScoreSubmission, WeeklyRun, WeeklyResult, PlayerEventStats, LeaderboardScore
_NAME = sa.func.coalesce(Member.display_name, Player.username).label("name")

SUBMISSIONS = (
    *("submission", "player", "discord", "score", "shown", "submitted_at", "counts_for", "made_in", "proof"),
    *("added_by", "removed_at", "removed_by", "removal_reason"),
)
RUNS = ("week", "ran_at", "ran_by", "players", "centre", "spread", "base_elo", "elo_per_sigma", "missed_week_elo")
RESULTS = ("week", "rank", "player", "discord", "score", "submitted_at", "weekly_elo")
STANDINGS = (
    *("rank", "player", "discord", "score", "submitted_at", "all_time_elo"),
    *("weekly_average", "weeks", "event_elo"),
)


@dataclass(frozen=True, slots=True)
class Exporter:
    """Writes the files of one event.

    Attributes:
        event: the event, in the transaction of `streams`.
        scale: the constants of the Elos in the standings.
        time_zone: the time zone of the server.
        now: the time.
        season_of: if this is a past season, the name of its event; else None.
    """

    streams: Streams
    event: Event
    scale: RatingScale
    time_zone: str
    now: datetime
    season_of: str | None

    def write(self, open_file: OpenFile) -> None:
        """Write all files, one after the other, in chunks."""
        tables = {
            "submissions.csv": (SUBMISSIONS, self._submissions),
            "runs.csv": (RUNS, self._runs),
            "results.csv": (RESULTS, self._results),
            "standings.csv": (STANDINGS, self._standings),
        }
        for name, (titles, rows) in tables.items():
            # With this byte order mark, spreadsheets read names in every script.
            with open_file(name) as binary, io.TextIOWrapper(binary, "utf-8-sig", newline="") as file:
                table = csv.writer(file)
                table.writerow(titles)
                table.writerows([inert(cell) for cell in row] for row in rows())
        with open_file(FILE_NAME) as binary, io.TextIOWrapper(binary, "utf-8", newline="\n") as file:
            self._write_json(file)

    def _submissions(self) -> Iterator[Cells]:
        style = ScoreStyle(self.event.score_format, self.event.score_unit)
        for row in self._log():
            removed = _time(row.removed_at), _mention(row.removed_by), row.removal_reason
            added_by = _mention(row.added_by)
            weeks = str(Week.from_code(row.week_number)), str(Week.from_code(row.made_in_week))
            who, shown = (row.name, _mention(row.discord_id)), style.show(row.score)
            yield row.id, *who, row.score, shown, _time(row.submitted_at), *weeks, row.proof, added_by, *removed

    def _runs(self) -> Iterator[Cells]:
        for row in self._rows(sa.select(_RUN.week_number, *_columns_of_run()).order_by(_RUN.week_number), _RUN):
            field = row.field_size, row.field_origin + row.field_centre, row.field_spread
            constants = row.base_elo, row.elo_per_sigma, row.missed_week_elo
            yield str(Week.from_code(row.week_number)), _time(row.ran_at), _mention(row.ran_by), *field, *constants

    def _results(self) -> Iterator[Cells]:
        results = self._with_names(
            sa.select(_RUN.week_number, _RESULT.rank, _RESULT.score, _RESULT.submitted_at, _RESULT.weekly_elo)
            .join(_RESULT, _RESULT.run_id == _RUN.id)
            .order_by(_RUN.week_number, _RESULT.rank.is_(None), _RESULT.rank, _RESULT.player_id),
            _RESULT.player_id,
        )
        for row in self._rows(results, _RUN):
            week, who = str(Week.from_code(row.week_number)), (row.name, _mention(row.discord_id))
            yield week, row.rank, *who, row.score, _time(row.submitted_at), row.weekly_elo

    def _standings(self) -> Iterator[Cells]:
        event, field, rating = self.event, self.event.statistics.field, rating_of(self.event, self.scale)
        is_classic = rating.rules.method is Method.CLASSIC
        of_player = sa.and_(_STATS.event_id == event.id, _STATS.player_id == _BEST.player_id)
        bests = self._with_names(
            sa.select(_BEST.score, _BEST.submitted_at, _STATS.weekly_elo_average, _STATS.weeks_participated)
            .add_columns(_STATS.all_time_leaderboard_elo)
            .join(_STATS, of_player, isouter=True)
            .where(is_personal_best(event.id))
            .order_by(best_first(_BEST.score, event.score_direction), _BEST.submitted_at, _BEST.player_id),
            _BEST.player_id,
        )
        before = 0
        for score, rows in groupby(self.streams.rows(bests), key=lambda row: row.score):
            rank = before + 1
            for row in rows:
                all_time = rating.elo(score, field) if is_classic else row.all_time_leaderboard_elo
                before += 1
                weeks = row.weeks_participated or 0
                overall = rating.event_elo(all_time, row.weekly_elo_average) if weeks else None
                average = row.weekly_elo_average if weeks else None
                who = row.name, _mention(row.discord_id)
                yield rank, *who, score, _time(row.submitted_at), all_time, average, weeks, overall

    def _write_json(self, file: IO[str]) -> None:
        event = self.event
        statistics = {name: getattr(event, f"score_{name}") for name in ("count", "origin", "mean", "m2", "m2_peak")}
        settings = {
            "name": event.name,
            "direction": event.score_direction,
            "format": event.score_format,
            "unit": event.score_unit,
            "min_score": event.min_score,
            "max_score": event.max_score,
            "alarm_elo": event.alarm_elo,
            "alarm_min": event.alarm_min,
            "alarm_max": event.alarm_max,
            "is_active": event.is_active,
            "season": event.season,
            "season_of": self.season_of,
            "first_week": _week(event.first_week),
            "last_week": _week(event.last_week),
            "rules": asdict(event.rules),
            "statistics": statistics,
        }
        head = {"format": FORMAT, "version": VERSION, "exported_at": _time(self.now), "time_zone": self.time_zone}
        file.write("{")
        for name, value in {**head, "event": settings}.items():
            file.write(f"\n{_json(name)}: {_json(value)},")
        lists = {"players": self._players(), "runs": self._whole_runs(), "submissions": self._whole_log()}
        lists["excuses"] = self._excuses()
        for number, (name, rows) in enumerate(lists.items()):
            file.write(f"{',' if number else ''}\n{_json(name)}: [")
            for row_number, row in enumerate(rows):
                file.write(f"{',' if row_number else ''}\n{_json(row)}")
            file.write("\n]")
        file.write("\n}\n")

    def _players(self) -> Iterator[dict[str, Any]]:
        of_server = sa.and_(Member.player_id == Player.id, Member.guild_id == self.event.guild_id)
        players = sa.select(Player.discord_id, Player.username, _NAME, Member.withdrawn_at)
        for row in self.streams.rows(
            players.outerjoin(Member, of_server).where(self._took_part(Player.id)).order_by(Player.id)
        ):
            yield {
                "discord_id": str(row.discord_id),
                "username": row.username,
                "name": row.name,
                "withdrawn_at": _time(row.withdrawn_at),
            }

    def _took_part(self, player_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
        """Return the condition that a player has a score in the log, including removed scores."""
        # A subquery per player would make SQLite read the whole log each time.
        return player_id.in_(sa.select(_LOG.player_id).where(_LOG.event_id == self.event.id))

    def _whole_runs(self) -> Iterator[dict[str, Any]]:
        omissions = (
            sa.select(WeeklyOmission.run_id, Player.discord_id)
            .join(_RUN, _RUN.id == WeeklyOmission.run_id)
            .join(Player, Player.id == WeeklyOmission.player_id)
            .where(self._took_part(WeeklyOmission.player_id))
            .order_by(WeeklyOmission.run_id, Player.id)
        )
        grouped = groupby(self._rows(omissions, _RUN), key=lambda row: row.run_id)
        omitted = {run_id: [str(row.discord_id) for row in rows] for run_id, rows in grouped}
        runs = sa.select(_RUN.id, _RUN.week_number, *_columns_of_run()).order_by(_RUN.id)
        for row in self._rows(runs, _RUN):
            run = {**row._mapping, "ran_at": _time(row.ran_at), "ran_by": str(row.ran_by)}
            week = str(Week.from_code(run.pop("week_number")))
            yield {"week": week, "omitted": omitted.get(run.pop("id"), []), **run}

    def _whole_log(self) -> Iterator[dict[str, Any]]:
        for row in self._log():
            yield {
                "player": str(row.discord_id),
                "score": row.score,
                "week": str(Week.from_code(row.week_number)),
                "made_in_week": str(Week.from_code(row.made_in_week)),
                "submitted_at": _time(row.submitted_at),
                "proof": row.proof,
                "removed_at": _time(row.removed_at),
                "removed_by": None if row.removed_by is None else str(row.removed_by),
                "removal_reason": row.removal_reason,
                "is_omitted": row.is_omitted,
                "is_late": row.is_late,
                "added_by": None if row.added_by is None else str(row.added_by),
            }

    def _excuses(self) -> Iterator[dict[str, Any]]:
        # The file contains one event, so an excuse from all events of the server becomes an excuse from this one.
        took_part = self._took_part(Excuse.player_id)
        excuses = (
            sa.select(Excuse.player_id, Excuse.week_number, Excuse.excused_at, Excuse.excused_by, Excuse.reason)
            .add_columns(Player.discord_id)
            .join(Player, Player.id == Excuse.player_id)
            .where(Excuse.guild_id == self.event.guild_id, excuse_holds_in(self.event.id), took_part)
            .order_by(Excuse.player_id, Excuse.week_number, Excuse.id)
        )
        for _, rows in groupby(self.streams.rows(excuses), key=lambda row: (row.player_id, row.week_number)):
            row = next(rows)
            yield {
                "player": str(row.discord_id),
                "week": str(Week.from_code(row.week_number)),
                "excused_at": _time(row.excused_at),
                "excused_by": str(row.excused_by),
                "reason": row.reason,
            }

    def _log(self) -> Iterator[AnyRow]:
        columns = (
            *(_LOG.id, _LOG.score, _LOG.week_number, _LOG.made_in_week, _LOG.submitted_at, _LOG.proof),
            *(_LOG.removed_at, _LOG.removed_by, _LOG.removal_reason, _LOG.is_omitted, _LOG.is_late),
            _LOG.added_by,
        )
        return self._rows(self._with_names(sa.select(*columns).order_by(_LOG.id), _LOG.player_id), _LOG)

    def _with_names(self, rows: AnySelect, player_id: Any) -> AnySelect:
        of_server = sa.and_(Member.player_id == player_id, Member.guild_id == self.event.guild_id)
        named: AnySelect = rows.add_columns(Player.discord_id, _NAME)
        return named.join(Player, Player.id == player_id).outerjoin(Member, of_server)

    def _rows(self, rows: AnySelect, of_event: type[ScoreSubmission] | type[WeeklyRun]) -> Iterator[AnyRow]:
        return self.streams.rows(rows.where(of_event.event_id == self.event.id))


def _columns_of_run() -> tuple[Any, ...]:
    return (
        *(_RUN.ran_at, _RUN.ran_by, _RUN.field_size, _RUN.field_origin, _RUN.field_centre, _RUN.field_spread),
        *(_RUN.base_elo, _RUN.elo_per_sigma, _RUN.missed_week_elo),
    )


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _week(code: int | None) -> str | None:
    return None if code is None else str(Week.from_code(code))


def _mention(discord_id: int | None) -> str | None:
    """Write a user as a mention: Discord shows the name, and spreadsheets do not round the number."""
    if discord_id is None or discord_id == ITSELF:
        return None if discord_id is None else "the bot itself"
    return f"former {-discord_id}" if is_former(discord_id) else f"<@{discord_id}>"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
