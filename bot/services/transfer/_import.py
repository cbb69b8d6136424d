"""Make an event of an exported one."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, Player, PlayerEventStats, ScoreSubmission, WeeklyOmission, WeeklyRun
from bot.domain.ratings import RatingScale
from bot.domain.statistics import RunningStatistics
from bot.domain.text import name_key
from bot.domain.transfer import EventImportPlan
from bot.errors import EventNameTaken
from bot.services.ratings import recalculate
from bot.services.servers import itself, load_settings, record
from bot.services.transfer._file import EventFile, FilePlayer
from bot.services.verification import rebuild

AT_A_TIME = 1_000
"""How many rows a statement has."""

T = TypeVar("T")


def plan_import(session: Session, file: EventFile, guild_id: int) -> EventImportPlan:
    """Return what importing an event into a server would do.

    Raises:
        EventNameTaken: the server has an event of that name that lacks something of this one.
    """
    namesake = session.scalar(
        sa.select(Event).where(Event.guild_id == guild_id, Event.name_key == name_key(file.event.name))
    )
    is_here = namesake is not None and _has_all_of(session, namesake, file)
    if namesake is not None and not is_here:
        raise EventNameTaken(namesake.name)
    known = set(_keys(session, file.players, guild_id))
    return EventImportPlan(
        name=file.event.name,
        is_here=is_here,
        players=len(file.players),
        newcomers=sum(one.discord_id not in known for one in file.players),
        submissions=len(file.submissions),
        runs=len(file.runs),
        zones=(file.time_zone, load_settings(session, guild_id).time_zone),
    )


def import_event(session: Session, file: EventFile, guild_id: int, scale: RatingScale, now: datetime) -> None:
    """Make an event that a server does not have, with its players, log and runs, and derive the rest from these."""
    players = _add_players(session, file, guild_id)
    event = _make_event(file, guild_id)
    session.add(event)
    session.flush()
    session.refresh(event)
    _add_log(session, event, file, players)
    _add_runs(session, event, file, players)
    # Everybody who ever submitted has a row of ratings, also while withdrawn.
    submitters = sorted({players[one.player] for one in file.submissions})
    _insert(session, PlayerEventStats, [{"player_id": key, "event_id": event.id} for key in submitters])
    rebuild(session, event)
    event.scores_version += 1
    recalculate(session, event, scale)
    detail = f"{event.name}: {len(file.submissions)} scores, {len(file.runs)} weeks"
    record(session, itself(guild_id), "import event", detail, at=now, event_id=event.id)


def _has_all_of(session: Session, event: Event, file: EventFile) -> bool:
    runs = set(session.scalars(sa.select(WeeklyRun.week_number).where(WeeklyRun.event_id == event.id)))
    log = (
        sa.select(Player.discord_id, ScoreSubmission.score, ScoreSubmission.week_number, ScoreSubmission.submitted_at)
        .join(Player, Player.id == ScoreSubmission.player_id)
        .where(ScoreSubmission.event_id == event.id)
    )
    logged = {tuple(row) for row in session.execute(log)}
    exported = {(one.player, one.score, one.week, one.submitted_at) for one in file.submissions}
    return exported <= logged and {run.week for run in file.runs} <= runs


def _make_event(file: EventFile, guild_id: int) -> Event:
    given = file.event
    return Event(
        guild_id=guild_id,
        name=given.name,
        name_key=name_key(given.name),
        is_active=given.is_active,
        score_direction=given.direction,
        score_format=given.format,
        score_unit=given.unit,
        min_score=given.min_score,
        max_score=given.max_score,
        statistics=RunningStatistics(**given.statistics.model_dump()),
    )


def _keys(session: Session, players: Sequence[FilePlayer], guild_id: int | None = None) -> dict[int, int]:
    """Return the keys of those players who are known, to the bot or to a server, by their Discord ids."""
    keys: dict[int, int] = {}
    for some in _chunks(players):
        known = sa.select(Player.discord_id, Player.id).where(Player.discord_id.in_([one.discord_id for one in some]))
        if guild_id is not None:
            known = known.join(Member, Member.player_id == Player.id).where(Member.guild_id == guild_id)
        keys.update((row.discord_id, row.id) for row in session.execute(known))
    return keys


def _add_players(session: Session, file: EventFile, guild_id: int) -> dict[int, int]:
    """Make the players and members who are new; return the keys of all by their Discord ids.

    Who is in the server already keeps the name, and is withdrawn or not, as there.
    """
    in_order = sorted(file.players, key=lambda one: one.discord_id)
    known, members = _keys(session, in_order), _keys(session, in_order, guild_id)
    new = [one for one in in_order if one.discord_id not in known]
    _insert(session, Player, [{"discord_id": one.discord_id, "username": one.username} for one in new])
    keys = known | _keys(session, new)
    _insert(
        session,
        Member,
        [
            {
                "player_id": keys[one.discord_id],
                "guild_id": guild_id,
                "display_name": one.name,
                "withdrawn_at": one.withdrawn_at,
            }
            for one in in_order
            if one.discord_id not in members
        ],
    )
    return keys


def _add_log(session: Session, event: Event, file: EventFile, players: dict[int, int]) -> None:
    # Discord's ids are positive: below 0 there is room for submissions without an interaction.
    lowest = min(session.scalar(sa.select(sa.func.min(ScoreSubmission.interaction_id))) or 0, 0)
    rows = [
        {
            "interaction_id": lowest - number,
            "player_id": players[one.player],
            "event_id": event.id,
            "score": one.score,
            "week_number": one.week,
            "made_in_week": one.made_in_week,
            "submitted_at": one.submitted_at,
            "proof": one.proof,
            "removed_at": one.removed_at,
            "removed_by": one.removed_by,
            "removal_reason": one.removal_reason,
            "is_omitted": one.is_omitted,
        }
        for number, one in enumerate(file.submissions, 1)
    ]
    _insert(session, ScoreSubmission, rows)


def _add_runs(session: Session, event: Event, file: EventFile, players: dict[int, int]) -> None:
    for one in file.runs:
        values = one.model_dump(exclude={"week", "omitted"})
        run = WeeklyRun(event_id=event.id, week_number=one.week, **values)
        session.add(run)
        session.flush()
        omitted = sorted({players[discord_id] for discord_id in one.omitted})
        _insert(session, WeeklyOmission, [{"run_id": run.id, "player_id": key} for key in omitted])


def _insert(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    for some in _chunks(rows):
        session.execute(sa.insert(table), some)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), AT_A_TIME):
        yield rows[start : start + AT_A_TIME]
