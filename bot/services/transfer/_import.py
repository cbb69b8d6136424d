"""Create an event from an exported one."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Excuse, Player, ScoreSubmission, WeeklyOmission, WeeklyRun
from bot.database.rows import add_rows
from bot.domain.announcements import final_key
from bot.domain.audit import Action, ImportDetail
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.servers import NewMember
from bot.domain.statistics import RunningStatistics
from bot.domain.text import name_key
from bot.domain.transfer import EventImportPlan
from bot.errors import EventNameTaken
from bot.services.events import get_event
from bot.services.jobs import schedule
from bot.services.ratings import recalculate
from bot.services.servers import Actor, add_members, find_players, load_settings, record
from bot.services.transfer._file import EventFile
from bot.services.verification import add_scores, rebuild
from bot.services.weeks import end_to_come


def plan_import(session: Session, file: EventFile, guild_id: int) -> EventImportPlan:
    """Return what importing an event into a server would do.

    Raises:
        EventNameTaken: the server has an event with that name that lacks part of this one.
    """
    namesake = get_event(session, guild_id, file.event.name)
    is_here = namesake is not None and _has_all_of(session, namesake, file)
    if namesake is not None and not is_here:
        raise EventNameTaken(namesake.name)
    known = find_players(session, [one.discord_id for one in file.players], guild_id)
    return EventImportPlan(
        name=file.event.name,
        is_here=is_here,
        players=len(file.players),
        newcomers=sum(one.discord_id not in known for one in file.players),
        submissions=len(file.submissions),
        runs=len(file.runs),
        zones=(file.time_zone, load_settings(session, guild_id).time_zone),
    )


def import_event(session: Session, actor: Actor, file: EventFile, scale: RatingScale, now: datetime) -> None:
    """Create an event that the actor's server does not have, with its log and runs, and derive everything else."""
    guild_id = actor.guild_id
    members = (NewMember(one.discord_id, one.username, one.name, one.withdrawn_at) for one in file.players)
    players = add_members(session, guild_id, members)
    event = _make_event(file, guild_id)
    event.season_of = _find_event_of(session, file, guild_id)
    session.add(event)
    session.flush()
    session.refresh(event)
    _add_log(session, event, file, players)
    _add_runs(session, event, file, players)
    _add_excuses(session, event, file, players)
    rebuild(session, event)
    recalculate(session, event, scale)
    if event.last_week is not None and (ends_at := end_to_come(session, event, now)) is not None:
        schedule(session, JobKind.FINAL, final_key(event.id, event.last_week), ends_at)
    detail = ImportDetail(len(file.submissions), closed_weeks=len(file.runs))
    record(session, actor, Action.IMPORT_EVENT, detail, at=now, event_id=event.id)


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


def _find_event_of(session: Session, file: EventFile, guild_id: int) -> int | None:
    """Return the event to which an imported past season belongs; None if the server does not have it."""
    if file.event.season_of is None:
        return None
    goes_on = get_event(session, guild_id, file.event.season_of)
    if goes_on is None or goes_on.season_of is not None:
        return None
    if file.event.season >= goes_on.season:
        # Here the event has not reached that season yet, and will have its own.
        return None
    seasons = sa.select(Event.season).where(Event.season_of == goes_on.id)
    return None if file.event.season in set(session.scalars(seasons)) else goes_on.id


def _make_event(file: EventFile, guild_id: int) -> Event:
    given = file.event
    return Event(
        guild_id=guild_id,
        name=given.name,
        name_key=name_key(given.name),
        is_active=given.is_active,
        season=given.season,
        first_week=given.first_week,
        last_week=given.last_week,
        score_direction=given.direction,
        score_format=given.format,
        score_unit=given.unit,
        min_score=given.min_score,
        max_score=given.max_score,
        alarm_elo=given.alarm_elo,
        alarm_min=given.alarm_min,
        alarm_max=given.alarm_max,
        rules=given.rules.rules,
        statistics=RunningStatistics(**given.statistics.model_dump()),
    )


def _add_log(session: Session, event: Event, file: EventFile, players: dict[int, int]) -> None:
    rows = [
        {
            "player_id": players[one.player],
            "score": one.score,
            "week_number": one.week,
            "made_in_week": one.made_in_week,
            "submitted_at": one.submitted_at,
            "proof": one.proof,
            "removed_at": one.removed_at,
            "removed_by": one.removed_by,
            "removal_reason": one.removal_reason,
            "is_omitted": one.is_omitted,
            "is_late": one.is_late,
            "added_by": one.added_by,
        }
        for one in file.submissions
    ]
    add_scores(session, event, rows)


def _add_runs(session: Session, event: Event, file: EventFile, players: dict[int, int]) -> None:
    for one in file.runs:
        values = one.model_dump(exclude={"week", "omitted"})
        run = WeeklyRun(event_id=event.id, week_number=one.week, **values)
        session.add(run)
        session.flush()
        omitted = sorted({players[discord_id] for discord_id in one.omitted})
        add_rows(session, WeeklyOmission, [{"run_id": run.id, "player_id": key} for key in omitted])


def _add_excuses(session: Session, event: Event, file: EventFile, players: dict[int, int]) -> None:
    rows = [
        {
            "guild_id": event.guild_id,
            "player_id": players[one.player],
            "event_id": event.id,
            "week_number": one.week,
            "excused_at": one.excused_at,
            "excused_by": one.excused_by,
            "reason": one.reason,
        }
        for one in file.excuses
    ]
    add_rows(session, Excuse, rows)
