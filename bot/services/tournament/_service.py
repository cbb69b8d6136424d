"""Bring the leaderboard events of a tournament bot, with their players and scores, into a server."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, Member, Player, PlayerEventStats, ScoreSubmission, WeeklyRun
from bot.domain.clock import Clock
from bot.domain.scores import ScoreBounds, ScoreFormat
from bot.domain.text import clean_display_name, name_key
from bot.domain.tournament import (
    EventImport,
    Namesake,
    NewSubmission,
    TournamentData,
    TournamentPlan,
    name_events,
    plan_import,
)
from bot.domain.weeks import Week
from bot.errors import EventNotFound
from bot.services.events import find_event
from bot.services.servers import itself, load_settings, record
from bot.services.tournament._source import read_tournament
from bot.services.verification import rebuild


class TournamentImportService:
    """Imports from tournament bots' databases, which it only reads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, source: Database) -> TournamentData:
        """Read a tournament bot's database.

        Raises:
            NoTournament: the database is none of a tournament bot.
        """
        return await source.read(read_tournament)

    async def plan(self, data: TournamentData, guild_id: int) -> TournamentPlan:
        """Return what `carry_out` would import into a server now; write nothing."""
        return await self._database.read(lambda session: self._plan(session, data, guild_id))

    async def carry_out(self, data: TournamentData, guild_id: int) -> TournamentPlan:
        """Import into a server, all or nothing, and return what was imported.

        Events that the server has already, by their names, keep their direction. Scores that they have already are
        not imported again, so an import can be repeated. Ratings are computed anew from the scores: all-time Elos by
        the bot's next recalculation, weekly Elos when an admin closes the weeks.
        """

        def work(session: Session) -> TournamentPlan:
            plan = self._plan(session, data, guild_id)
            players = _add_players(session, guild_id, plan.events)
            for event in plan.events:
                self._import(session, guild_id, event, players)
            return plan

        return await self._database.write(work)

    def _plan(self, session: Session, data: TournamentData, guild_id: int) -> TournamentPlan:
        names = name_events(data.events)
        namesakes = {name_key(name): found for name in names.values() if (found := _namesake(session, guild_id, name))}
        zone = load_settings(session, guild_id).time_zone
        return plan_import(data, names, namesakes, zone, self._clock())

    def _import(self, session: Session, guild_id: int, planned: EventImport, players: dict[int, int]) -> None:
        if planned.is_new:
            event = Event(
                guild_id=guild_id,
                name=planned.name,
                name_key=name_key(planned.name),
                score_direction=planned.direction,
                score_format=ScoreFormat.NUMBER,
                min_score=planned.min_score,
                max_score=planned.max_score,
                is_active=planned.is_active,
            )
            session.add(event)
            session.flush()
            session.refresh(event)
        elif planned.submissions:
            event = find_event(session, guild_id, planned.name, lock=True)
        else:
            return
        _log(session, event, planned.submissions, players)
        _add_ratings(session, event, planned.submissions, players)
        rebuild(session, event)
        # Its all-time Elos now await a recalculation.
        event.scores_version += 1
        detail = f"{event.name}: {len(planned.submissions)} scores"
        record(session, itself(guild_id), "import tournament", detail, at=self._clock(), event_id=event.id)


def _namesake(session: Session, guild_id: int, name: str) -> Namesake | None:
    try:
        event = find_event(session, guild_id, name)
    except EventNotFound:
        return None
    runs = session.scalars(select(WeeklyRun.week_number).where(WeeklyRun.event_id == event.id))
    log = select(Player.discord_id, ScoreSubmission.score, ScoreSubmission.week_number)
    log = log.join(Player, Player.id == ScoreSubmission.player_id).where(ScoreSubmission.event_id == event.id)
    logged = {(discord_id, score, Week.from_code(code)) for discord_id, score, code in session.execute(log)}
    bounds = ScoreBounds.of(event.min_score, event.max_score)
    return Namesake(event.score_direction, bounds, {Week.from_code(code) for code in runs}, logged)


def _add_players(session: Session, guild_id: int, events: Iterable[EventImport]) -> dict[int, int]:
    """Make the players and members who are new, and return the keys of all players by their Discord ids."""
    keys: dict[int, int] = {}
    wanted = {one.player.discord_id: one.player for event in events for one in event.submissions}
    for discord_id, one in sorted(wanted.items()):
        player = session.scalar(select(Player).where(Player.discord_id == discord_id))
        if player is None:
            player = Player(discord_id=discord_id, username=clean_display_name(one.username))
            session.add(player)
            session.flush()
        if session.get(Member, (player.id, guild_id)) is None:
            name = clean_display_name(one.name)
            session.add(Member(player_id=player.id, guild_id=guild_id, display_name=name))
        keys[discord_id] = player.id
    return keys


def _add_ratings(session: Session, event: Event, submissions: Iterable[NewSubmission], players: dict[int, int]) -> None:
    """Make the ratings of players who have none yet, withdrawn ones too, who may return to the event."""
    rated = set(session.scalars(select(PlayerEventStats.player_id).where(PlayerEventStats.event_id == event.id)))
    new = sorted({players[one.player.discord_id] for one in submissions} - rated)
    session.add_all(PlayerEventStats(player_id=player_id, event_id=event.id) for player_id in new)
    session.flush()


def _log(session: Session, event: Event, submissions: Iterable[NewSubmission], players: dict[int, int]) -> None:
    # Discord's ids are positive: below 0 there is room for submissions without an interaction.
    lowest = session.scalar(select(func.min(ScoreSubmission.interaction_id))) or 0
    session.add_all(
        ScoreSubmission(
            interaction_id=min(lowest, 0) - number,
            player_id=players[one.player.discord_id],
            event_id=event.id,
            score=one.score,
            week_number=one.week.code,
            made_in_week=one.week.code,
            submitted_at=one.submitted_at,
        )
        for number, one in enumerate(submissions, 1)
    )
    session.flush()
