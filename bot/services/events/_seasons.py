"""Set the weeks in which an event takes scores, and begin new seasons, each of which is a new row."""

from datetime import datetime
from typing import NoReturn

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import (
    Event,
    EventRole,
    Excuse,
    HeldScore,
    LeaderboardScore,
    PlayerEventStats,
    ScoreSubmission,
    ScoreType,
    WeeklyRun,
)
from bot.domain.reviews import HeldState
from bot.domain.seasons import name_of_season
from bot.domain.text import name_key
from bot.domain.weeks import Week
from bot.errors import (
    SeasonEmpty,
    SeasonHasHeld,
    SeasonHasScores,
    SeasonOpen,
    SeasonOpenAhead,
    SeasonOver,
    SeasonPast,
    SeasonSwapped,
)
from bot.services.servers import current_week, load_settings

OF_A_SEASON = {
    *("id", "version", "season", "season_of", "first_week", "last_week", "is_active"),
    *("scores_version", "elo_version", "elo_base", "elo_per_sigma", "elo_field_version"),
    *("elo_origin", "elo_centre", "elo_spread", "elo_submission_id", "week_number"),
    *(f"{of}_{name}" for of in ("score", "week") for name in ("count", "origin", "mean", "m2", "m2_peak")),
}
"""The columns of an event that belong to one season. A new season copies the others: name, rules and settings."""


def set_weeks(session: Session, event: Event, first: Week | None, last: Week | None, now: datetime) -> None:
    """Set the first and the last week of an event; None removes the bound.

    Raises:
        SeasonSwapped: the first week is after the last one.
        SeasonHasScores: the event has scores for a week outside the new bounds.
        SeasonOver: the event has no scores and the last week is over, so it would never take any.
    """
    if first is not None and last is not None and first > last:
        raise SeasonSwapped
    scored = _scored_weeks(session, event)
    if scored is None:
        current = current_week(session, event.guild_id, now)
        if last is not None and last < current:
            raise SeasonOver(str(current))
    elif (first is not None and first > scored[0]) or (last is not None and last < scored[1]):
        raise SeasonHasScores(event.name, *map(str, scored))
    event.first_week = None if first is None else first.code
    event.last_week = None if last is None else last.code


def begin_again(session: Session, event: Event, now: datetime) -> Event:
    """Archive the season of a locked event under its own name; return a new event with the name and the rules.

    The season ends with its last closed week. The new season begins with the week after that, or with the current week
    if that is later. Removed scores and scores of withdrawn players for later weeks move to the new season, because a
    week belongs to one season only.

    Raises:
        SeasonPast: the event is an archived season.
        SeasonOpen: a week with scores is not closed; SeasonOpenAhead, if it has not begun.
        SeasonHasHeld: a held score would count for a later week.
        SeasonEmpty: no week is closed.
    """
    last_week = _find_last_week(session, event, now)
    event.last_week, following = last_week.code, last_week.next()
    kept = {name: getattr(event, name) for name in _settings()}
    again = Event(**kept, season=event.season + 1)
    log, of_event = ScoreSubmission, ScoreSubmission.event_id == event.id
    goes_along = of_event, log.week_number >= following.code
    earliest = session.scalar(sa.select(sa.func.min(log.week_number)).where(*goes_along))
    first = max(following, current_week(session, event.guild_id, now)).code
    again.first_week = first if earliest is None else min(first, earliest)
    # A channel has at most one default event.
    event.default_channel_id = None
    event.gives_roles = False
    event.name = _free_name(session, event)
    event.name_key, event.is_active = name_key(event.name), False
    session.flush()
    session.add(again)
    session.flush()
    seasons = sa.or_(Event.id == event.id, Event.season_of == event.id)
    session.execute(sa.update(Event).where(seasons).values(season_of=again.id))
    # Players keep the roles of the event until a week of the new season is closed.
    session.execute(sa.update(EventRole).where(EventRole.event_id == event.id).values(event_id=again.id))
    session.execute(sa.update(log).where(*goes_along).values(event_id=again.id))
    _rate_those_with_scores(session, event, again)
    to_come = Excuse.event_id == event.id, Excuse.week_number >= following.code
    session.execute(sa.update(Excuse).where(*to_come).values(event_id=again.id))
    session.refresh(event)
    session.refresh(again)
    return again


def _find_last_week(session: Session, event: Event, now: datetime) -> Week:
    """Return the last closed week of a season that may end with it, or raise what `begin_again` raises."""
    if event.season_of is not None:
        raise SeasonPast(event.name, session.get_one(Event, event.season_of).name)
    scores = LeaderboardScore
    is_open = scores.event_id == event.id, scores.score_type == ScoreType.WEEKLY
    open_week = session.scalar(sa.select(sa.func.min(scores.week_number)).where(*is_open))
    if open_week is not None:
        _refuse_open(session, event, Week.from_code(open_week), now)
    runs = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id)
    last = session.scalar(runs.order_by(WeeklyRun.week_number.desc()).limit(1))
    if last is None:
        raise SeasonEmpty(event.name)
    held = HeldScore
    is_later = (held.made_in_week > last.week_number) | (held.held_at >= last.ran_at)
    waits = sa.exists().where(held.event_id == event.id, held.state == HeldState.WAITING, is_later)
    if session.scalar(sa.select(waits)):
        raise SeasonHasHeld(event.name)
    return Week.from_code(last.week_number)


def _refuse_open(session: Session, event: Event, week: Week, now: datetime) -> NoReturn:
    zone = load_settings(session, event.guild_id).time_zone
    if week > Week.at(now, zone):
        raise SeasonOpenAhead(event.name, str(week), week.ends_at(zone))
    raise SeasonOpen(event.name, str(week))


def _rate_those_with_scores(session: Session, event: Event, again: Event) -> None:
    """Add rating rows to the new season for players whose scores moved; delete stale ones of the old season."""
    log, stats = ScoreSubmission, PlayerEventStats
    players = sa.select(log.player_id, sa.literal(again.id)).where(log.event_id == again.id).distinct()
    session.execute(sa.insert(stats).from_select(["player_id", "event_id"], players))
    left = sa.exists().where(log.event_id == event.id, log.player_id == stats.player_id)
    gone = stats.player_id.in_(sa.select(log.player_id).where(log.event_id == again.id)), stats.event_id == event.id
    session.execute(sa.delete(stats).where(*gone, ~left).execution_options(synchronize_session=False))


def _settings() -> set[str]:
    return {attribute.key for attribute in sa.inspect(Event).column_attrs} - OF_A_SEASON


def _scored_weeks(session: Session, event: Event) -> tuple[Week, Week] | None:
    """Return the first and the last week for which an event has scores, including removed ones."""
    log = ScoreSubmission
    weeks = sa.select(sa.func.min(log.week_number), sa.func.max(log.week_number)).where(log.event_id == event.id)
    codes = [code for code in session.execute(weeks).one() if code is not None]
    return (Week.from_code(codes[0]), Week.from_code(codes[1])) if codes else None


def _free_name(session: Session, event: Event) -> str:
    again = 1
    while True:
        name = name_of_season(event.name, event.season, again)
        taken = sa.select(Event.id).where(Event.guild_id == event.guild_id, Event.name_key == name_key(name))
        if session.scalar(taken) is None:
            return name
        again += 1
