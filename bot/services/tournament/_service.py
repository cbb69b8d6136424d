"""Import the leaderboard events of a tournament bot, with players and scores, into a server."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import Event, Player, ScoreSubmission
from bot.domain.audit import Action, ImportDetail
from bot.domain.clock import Clock
from bot.domain.jobs import JobKind
from bot.domain.scores import ScoreFormat
from bot.domain.servers import NewMember
from bot.domain.text import clean_display_name, name_key
from bot.domain.tournament import (
    EventImport,
    Namesake,
    NewSubmission,
    TournamentData,
    TournamentPlan,
    TournamentPlayer,
    name_events,
    plan_import,
)
from bot.domain.weeks import Week
from bot.services.events import apply_defaults, describe, find_event, get_event
from bot.services.servers import add_members, itself, load_settings, record
from bot.services.verification import add_scores, rebuild
from bot.services.weeks import after_correction, closed_weeks


class TournamentImportService:
    """Imports what `read_tournament` returns of a tournament bot's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def plan(self, data: TournamentData, guild_id: int) -> TournamentPlan:
        """Return what `carry_out` would import into a server; write nothing."""
        return await self._database.read(lambda session: self._plan(session, data, guild_id))

    async def carry_out(self, data: TournamentData, guild_id: int) -> TournamentPlan:
        """Import into a server, all or nothing, and return what was imported.

        Existing events of the server, found by name, keep their direction. An import skips scores that they already
        have, so it can be repeated. Ratings are recomputed from the scores: all-time Elos by the bot's next
        recalculation, weekly Elos when an admin closes the weeks.
        """

        def work(session: Session) -> TournamentPlan:
            plan = self._plan(session, data, guild_id)
            wanted = {one.player for event in plan.events for one in event.submissions}
            players = add_members(session, guild_id, map(_member, wanted))
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
            apply_defaults(session, event)
            session.add(event)
            session.flush()
            session.refresh(event)
        elif planned.submissions:
            event = find_event(session, guild_id, planned.name, lock=True)
        else:
            return
        _log(session, event, planned.submissions, players)
        rebuild(session, event)
        now = self._clock()
        after_correction(session, event, now, JobKind.FINAL, JobKind.RECORD, JobKind.BOARD)
        detail = ImportDetail(len(planned.submissions))
        record(session, itself(guild_id), Action.IMPORT_TOURNAMENT, detail, at=now, event_id=event.id)


def _namesake(session: Session, guild_id: int, name: str) -> Namesake | None:
    event = get_event(session, guild_id, name)
    if event is None:
        return None
    log = select(Player.discord_id, ScoreSubmission.score, ScoreSubmission.week_number)
    log = log.join(Player, Player.id == ScoreSubmission.player_id).where(ScoreSubmission.event_id == event.id)
    logged = {(discord_id, score, Week.from_code(code)) for discord_id, score, code in session.execute(log)}
    return Namesake(describe(event), set(closed_weeks(session, event.id)), logged)


def _member(player: TournamentPlayer) -> NewMember:
    return NewMember(player.discord_id, clean_display_name(player.username), clean_display_name(player.name))


def _log(session: Session, event: Event, submissions: Sequence[NewSubmission], players: dict[int, int]) -> None:
    rows = [
        {
            "player_id": players[one.player.discord_id],
            "score": one.score,
            "week_number": one.week.code,
            "made_in_week": one.week.code,
            "submitted_at": one.submitted_at,
        }
        for one in submissions
    ]
    add_scores(session, event, rows)
