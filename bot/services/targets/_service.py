"""Tell players which score reaches a goal, on each board."""

from dataclasses import replace

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.domain.clock import Clock
from bot.domain.ratings import RatingScale
from bot.domain.seasons import check_in_season
from bot.domain.standings import Board
from bot.domain.targets import Goal, GoalKind, Target
from bot.domain.weeks import Week
from bot.errors import AheadOfOneself, EventArchived, SeveralGoals, SubmitterWithdrawn
from bot.services.events import describe, find_meant_event
from bot.services.servers import is_withdrawn, load_settings
from bot.services.targets._aims import Aims, KnownFields
from bot.services.weeks import closed_weeks, open_week


class TargetService:
    """Tells players which score they need to reach a rank or an Elo, or to overtake another player."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        self._database = database
        self._clock = clock
        self._scale = scale
        self._known = KnownFields()

    async def find(
        self,
        guild_id: int,
        event: str | int,
        discord_id: int,
        *,
        board: Board | None = None,
        rank: int | None = None,
        elo: int | None = None,
        player: int | None = None,
    ) -> Target:
        """Return the worst score that reaches a goal in the present field, or the finding that no score does.

        For a rank on the overall board of a large event, it considers only the players near that rank.

        Args:
            guild_id: the server.
            event: the name of the event, or a part that no other name has, or its key.
            discord_id: Discord's id of the player.
            board: the board; None for the overall board or, before the first closed week, the all-time board.
            rank: the rank to reach; without any goal, the next rank above the player's.
            elo: the Elo to reach.
            player: Discord's id of the player to overtake.

        Raises:
            SeveralGoals: more than one goal is given.
            AheadOfOneself: players cannot overtake themselves.
            EventNotFound: the server has no such event.
            EventArchived, EventNotBegun, EventEnded: the event takes no scores.
            SubmitterWithdrawn: an admin has withdrawn the player.
            NoScores: the player to overtake has no score in the event.
        """
        given = {GoalKind.RANK: rank, GoalKind.ELO: elo, GoalKind.PLAYER: player}
        goals = [Goal(kind, value) for kind, value in given.items() if value is not None]
        if len(goals) > 1:
            raise SeveralGoals
        if player == discord_id:
            raise AheadOfOneself

        def work(session: Session) -> Target:
            found = find_meant_event(session, guild_id, event)
            if not found.is_active:
                raise EventArchived(found.name)
            zone = load_settings(session, guild_id).time_zone
            current = Week.at(self._clock(), zone)
            week = open_week(session, found.id, current)
            check_in_season(describe(found), week, zone)
            if is_withdrawn(session, guild_id, discord_id):
                raise SubmitterWithdrawn
            aims = Aims(session, found, week, discord_id, self._scale, self._known)
            goal = goals[0] if goals else None
            is_overall = board is Board.OVERALL or (board is None and closed_weeks(session, found.id))
            target = aims.overall(goal) if is_overall else aims.by_score(board or Board.ALL_TIME, goal)
            return replace(target, is_for_next_week=week != current)

        return await self._database.read(work)
