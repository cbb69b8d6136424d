"""Write everything that is stored about a user to one file that people and programs can read."""

import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa

from bot.database.models import (
    AuditLog,
    Event,
    EventRole,
    Excuse,
    HeldScore,
    Job,
    LeaderboardScore,
    Member,
    Player,
    PlayerEventStats,
    Reminders,
    RoleGrant,
    ScoreSubmission,
    WeeklyOmission,
    WeeklyResult,
    WeeklyRun,
)
from bot.database.streams import AnyRow, AnySelect, Streams
from bot.domain.jobs import JobKind
from bot.domain.scores import ScoreStyle
from bot.domain.weeks import Week
from bot.services.privacy._erasure import ACTORS

FORMAT, VERSION = "leaderboard-personal-data", 1
FILE_NAME, ARCHIVE_NAME = "my-data.json", "my-data.zip"
MOST_BYTES = 9_000_000
"""The size from which the file is compressed; Discord's limit is slightly higher."""
YOU, ADMIN = "you", "an admin"

Entries = Iterator[dict[str, Any]]


class PersonalFile:
    """All data about one user, in all servers: one section for each kind of row."""

    def __init__(self, streams: Streams, discord_id: int, servers: Mapping[int, str], now: datetime) -> None:
        """Read the data about a user; `servers` maps the ids of servers to names, as far as the bot knows them."""
        self._streams = streams
        self._discord_id = discord_id
        self._servers = servers
        self._now = now
        players = [*streams.rows(sa.select(Player.id, Player.username).where(Player.discord_id == self._discord_id))]
        self._player_id: int = players[0].id if players else 0
        self._username: str | None = players[0].username if players else None

    def write(self) -> tuple[str, bytes]:
        """Return the name and the content of the file."""
        sections = {
            "servers": self._memberships,
            "submissions": self._submissions,
            "held_scores": self._held,
            "bests": self._bests,
            "weekly_results": self._results,
            "weeks_left_out": self._omissions,
            "ratings": self._ratings,
            "excuses": self._excuses,
            "reminders": self._reminders,
            "reminder_jobs": self._jobs,
            "followers": self._followers,
            "roles": self._roles,
            "done_to_you": self._done_to,
            "done_by_you": self._done_by,
            "rows_that_name_you_as_admin": self._named,
        }
        document = {
            "format": FORMAT,
            "version": VERSION,
            "made_at": _time(self._now),
            "discord_id": str(self._discord_id),
            "username": self._username,
            **{name: [*entries()] for name, entries in sections.items()},
        }
        content = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1).encode()
        if len(content) <= MOST_BYTES:
            return FILE_NAME, content
        archive = io.BytesIO()
        with ZipFile(archive, "w", ZIP_DEFLATED) as files:
            files.writestr(FILE_NAME, content)
        return ARCHIVE_NAME, archive.getvalue()

    def _memberships(self) -> Entries:
        for row in self._of_player(sa.select(Member.guild_id, Member.display_name, Member.withdrawn_at), Member):
            yield {**self._server(row), "name": row.display_name, "withdrawn_at": _time(row.withdrawn_at)}

    def _submissions(self) -> Entries:
        log = ScoreSubmission
        columns = log.submitted_at, log.week_number, log.made_in_week, log.proof, log.added_by, log.import_id
        removal = log.removed_at, log.removed_by, log.removal_reason
        for row in self._of_event(sa.select(log.id, log.interaction_id, log.score, *columns, *removal), log):
            yield {
                **self._score(row),
                "submission": row.id,
                "interaction_id": str(row.interaction_id),
                "submitted_at": _time(row.submitted_at),
                "counts_for": _week(row.week_number),
                "made_in": _week(row.made_in_week),
                "proof": row.proof,
                "added_by": self._who(row.added_by),
                "is_imported": row.import_id is not None,
                "removed_at": _time(row.removed_at),
                "removed_by": self._who(row.removed_by),
                "removal_reason": row.removal_reason,
            }

    def _held(self) -> Entries:
        held = HeldScore
        columns = held.score, held.made_in_week, held.proof, held.moves, held.held_at, held.state
        for row in self._of_event(sa.select(*columns, held.decided_at, held.decided_by, held.reason), held):
            yield {
                **self._score(row),
                "held_at": _time(row.held_at),
                "made_in": _week(row.made_in_week),
                "proof": row.proof,
                "moves_others_by": row.moves,
                "state": row.state,
                "decided_at": _time(row.decided_at),
                "decided_by": self._who(row.decided_by),
                "reason": row.reason,
            }

    def _bests(self) -> Entries:
        best = LeaderboardScore
        for row in self._of_event(sa.select(best.score, best.week_number, best.submitted_at), best):
            yield {**self._score(row), "of_week": _week(row.week_number), "submitted_at": _time(row.submitted_at)}

    def _results(self) -> Entries:
        result = WeeklyResult
        columns = WeeklyRun.week_number, result.score, result.submitted_at, result.rank, result.weekly_elo
        runs = sa.select(*columns).join(WeeklyRun, WeeklyRun.id == result.run_id)
        for row in self._of_event(runs, WeeklyRun, result.player_id):
            where = self._event(row) if row.score is None else self._score(row)
            yield {
                **where,
                "week": _week(row.week_number),
                "is_missed": row.score is None,
                "submitted_at": _time(row.submitted_at),
                "rank": row.rank,
                "weekly_elo": row.weekly_elo,
            }

    def _omissions(self) -> Entries:
        runs = sa.select(WeeklyRun.week_number).join(WeeklyOmission, WeeklyOmission.run_id == WeeklyRun.id)
        for row in self._of_event(runs, WeeklyRun, WeeklyOmission.player_id):
            yield {**self._event(row), "week": _week(row.week_number)}

    def _ratings(self) -> Entries:
        stats = PlayerEventStats
        columns = stats.weekly_elo_average, stats.weeks_participated, stats.calculated_event_elo, stats.updated_at
        for row in self._of_event(sa.select(stats.all_time_leaderboard_elo, *columns), stats):
            yield {
                **self._event(row),
                "all_time_elo": row.all_time_leaderboard_elo,
                "weekly_average": row.weekly_elo_average,
                "weeks": row.weeks_participated,
                "event_elo": row.calculated_event_elo,
                "updated_at": _time(row.updated_at),
            }

    def _excuses(self) -> Entries:
        columns = Excuse.guild_id, Excuse.week_number, Excuse.excused_at, Excuse.excused_by, Excuse.reason
        excuses = sa.select(*columns, Event.name).outerjoin(Event, Event.id == Excuse.event_id)
        for row in self._of_player(excuses, Excuse):
            yield {
                **self._event(row),
                "week": _week(row.week_number),
                "excused_at": _time(row.excused_at),
                "excused_by": self._who(row.excused_by),
                "reason": row.reason,
            }

    def _reminders(self) -> Entries:
        table = Reminders.__table__
        for row in self._streams.rows(sa.select(*table.c).where(table.c.discord_id == self._discord_id)):
            chosen = {name: value for name, value in row._mapping.items() if name not in ("guild_id", "discord_id")}
            yield {**self._server(row), **{name: _plain(value) for name, value in chosen.items()}}

    def _jobs(self) -> Entries:
        mine = Job.kind == JobKind.REMINDER, Job.key.endswith(f":{self._discord_id}", autoescape=True)
        for row in self._streams.rows(sa.select(Job.key, Job.due_at).where(*mine)):
            yield {"key": row.key, "due_at": _time(row.due_at)}

    def _followers(self) -> Entries:
        """Return how many follow the user as a rival in each server; who they are is theirs."""
        count = sa.func.count().label("number")
        following = sa.select(Reminders.guild_id, count).where(Reminders.rival_id == self._discord_id)
        for row in self._streams.rows(following.group_by(Reminders.guild_id).order_by(Reminders.guild_id)):
            yield {**self._server(row), "number": row.number}

    def _roles(self) -> Entries:
        grants = (
            sa.select(Event.guild_id, Event.name, EventRole.role_id)
            .join(EventRole, EventRole.event_id == Event.id)
            .join(RoleGrant, RoleGrant.award_id == EventRole.id)
        )
        for row in self._streams.rows(grants.where(RoleGrant.discord_id == self._discord_id)):
            yield {**self._event(row), "role_id": str(row.role_id)}

    def _done_to(self) -> Entries:
        return self._audit(AuditLog.player_id == self._player_id)

    def _done_by(self) -> Entries:
        return self._audit(AuditLog.actor_id == self._discord_id)

    def _audit(self, wanted: sa.ColumnElement[bool]) -> Entries:
        log = AuditLog
        columns = log.guild_id, log.action, log.detail, log.reason, log.done_at, log.actor_id, log.interaction_id
        entries = sa.select(*columns, Event.name).outerjoin(Event, Event.id == log.event_id)
        for row in self._streams.rows(entries.where(wanted).order_by(log.id)):
            yield {
                **self._event(row),
                "done_at": _time(row.done_at),
                "done_by": self._who(row.actor_id),
                "action": row.action,
                "detail": row.detail,
                "reason": row.reason,
            }

    def _named(self) -> Entries:
        for column in ACTORS:
            [row] = self._streams.rows(sa.select(sa.func.count().label("rows")).where(column == self._discord_id))
            yield {"table": column.class_.__tablename__, "column": column.key, "rows": row.rows}

    def _of_player(self, rows: AnySelect, table: Any) -> Iterator[AnyRow]:
        return self._streams.rows(rows.where(table.player_id == self._player_id).order_by(table.guild_id))

    def _of_event(self, rows: AnySelect, table: Any, player_id: Any = None) -> Iterator[AnyRow]:
        """Read rows about the player together with their events, in the order in which they were written."""
        style = Event.score_format, Event.score_unit
        named: AnySelect = rows.add_columns(Event.guild_id, Event.name, *style).join(Event, Event.id == table.event_id)
        mine = named.where((table.player_id if player_id is None else player_id) == self._player_id)
        return self._streams.rows(mine.order_by(table.id))

    def _server(self, row: AnyRow) -> dict[str, Any]:
        return {"server_id": str(row.guild_id), "server": self._servers.get(row.guild_id)}

    def _event(self, row: AnyRow) -> dict[str, Any]:
        return {**self._server(row), "event": row.name}

    def _score(self, row: AnyRow) -> dict[str, Any]:
        shown = ScoreStyle(row.score_format, row.score_unit).show(row.score)
        return {**self._event(row), "score": row.score, "shown": shown}

    def _who(self, discord_id: int | None) -> str | None:
        """Say who did something: the user or "an admin".

        Admins' ids are their own data, so the file leaves them out.
        """
        if discord_id is None:
            return None
        return YOU if discord_id == self._discord_id else ADMIN


def _plain(value: Any) -> Any:
    """Return a setting as JSON can hold it. Integers become text, since many programs round large ids."""
    if isinstance(value, datetime):
        return _time(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _week(code: int | None) -> str | None:
    return None if code is None else str(Week.from_code(code))
