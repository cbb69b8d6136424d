"""Add a score for a player who did not submit it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, Member, ScoreSubmission
from bot.database.rows import free_id
from bot.domain.audit import Action, ScoreDetail
from bot.domain.clock import Clock
from bot.domain.events import EventInfo
from bot.domain.moderation import Correction, CorrectionPreview, CorrectionResult
from bot.domain.moments import EARLIEST, Moment, read_moment
from bot.domain.ratings import RatingScale
from bot.domain.servers import NewMember
from bot.domain.text import clean_reason
from bot.errors import MomentAhead, MomentUnknown, PlayerWithdrawn, ScoreInQuestion, ScoreUnclear
from bot.services.events import describe, find_event
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._corrections import Addition, add_score, conclude, write_correction
from bot.services.moderation._finding import name_submission
from bot.services.ratings import Recalculation
from bot.services.servers import Actor, add_members, begin_action, load_settings, name_player, record, require_admin
from bot.services.weeks import find_run, open_week

NOT_COUNTED = 0
"""The placeholder interaction id of a previewed row, which is rolled back."""


class AdditionService:
    """Adds scores for players; each counts for the week in which it would have counted when it was made."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def preview(
        self,
        actor: Actor,
        event: str | int,
        player: NewMember,
        score: str,
        when: str | None = None,
        locale: str | None = None,
    ) -> CorrectionPreview:
        """Return what `add` would change; roll it back.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: whose score it is.
            score: the score as the admin typed it.
            when: when the score was made, as the admin typed it: a moment, a day or a week; None for the present.
            locale: the admin's language on Discord, such as "de".

        Raises:
            InvalidScore: the text is not a score, is ambiguous, or is a score that the event does not take.
            MomentUnknown: `when` is not a time, or is not over yet.
            PlayerWithdrawn: the player is withdrawn.
        """

        def work(session: Session) -> CorrectionPreview:
            require_admin(session, actor)
            with rolled_back(session):
                found = find_event(session, actor.guild_id, event, lock=True)
                info, zone = describe(found), load_settings(session, actor.guild_id).time_zone
                value, moment = _read(info, score, locale), read_moment(when, zone, self._clock())
                player_id = _find_member(session, actor.guild_id, player)
                at = _instant_of(session, found, moment)
                addition = Addition(NOT_COUNTED, player_id, value, at, actor.discord_id)
                week = open_week(session, found.id, addition.week(zone), at=at)
                foresight = Foresight(session, found, self._scale, player_id, week.code)
                row, done = add_score(session, found, addition, zone, self._scale)
                name, shown = name_player(session, found, player_id), name_submission(found, row, zone)
                consequences, is_closed = foresight.consequences(), done.run is not None
            of_week = consequences if is_closed else None
            return CorrectionPreview(
                Correction.ADD,
                info,
                name,
                shown,
                is_closed,
                was_counted=False,
                consequences=consequences,
                with_week=of_week,
            )

        return await self._database.write(work)

    async def add(
        self,
        actor: Actor,
        event: str | int,
        player: NewMember,
        score: float,
        at: datetime,
        reason: str | None = None,
    ) -> CorrectionResult:
        """Write a score to the log. If its week has been closed since, rerun the week with the score.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: whose score it is.
            score: in points or seconds.
            at: when the score was made, as an aware datetime.
            reason: the reason, for the audit log.

        Raises:
            ScoreOutOfBounds: the event does not take this score.
            MomentAhead: `at` is later than now.
            PlayerWithdrawn: the player is withdrawn.
        """

        def work(session: Session) -> CorrectionResult:
            begin_action(session, actor)
            now, why = self._clock(), clean_reason(reason)
            found = find_event(session, actor.guild_id, event, lock=True)
            info, zone = describe(found), load_settings(session, actor.guild_id).time_zone
            info.check(score)
            _check_moment(at, now)
            player_id = _find_member(session, actor.guild_id, player)
            interaction_id = actor.interaction_id
            if interaction_id is None:
                interaction_id = free_id(session, ScoreSubmission.interaction_id)
            addition = Addition(interaction_id, player_id, score, at, actor.discord_id)
            row, done = add_score(session, found, addition, zone, self._scale)
            shown = name_submission(found, row, zone)
            detail = ScoreDetail.of(shown, is_rerun=done.is_rerun)
            record(session, actor, Action.ADD_SCORE, detail, at=now, event_id=found.id, player_id=player_id, reason=why)
            return conclude(session, Correction.ADD, found, row, shown, done, now, why)

        return await write_correction(self._database, work, self._recalculation)


def _read(info: EventInfo, text: str, locale: str | None) -> float:
    try:
        return info.read(text, locale)
    except ScoreInQuestion as question:
        raise ScoreUnclear(question.typed, question.readings, question.unit, event=info.name) from None


def _instant_of(session: Session, event: Event, moment: Moment) -> datetime:
    """Return when a score was made. In a named week that was closed early, that is before the close."""
    if moment.week is None:
        return moment.at
    run = find_run(session, event.id, moment.week.code)
    return moment.at if run is None else moment.until(run.ran_at)


def _check_moment(at: datetime, now: datetime) -> None:
    if at > now:
        raise MomentAhead(f"{at:%Y-%m-%d}")
    if at < EARLIEST:
        raise MomentUnknown(f"{at:%Y-%m-%d}")


def _find_member(session: Session, guild_id: int, player: NewMember) -> int:
    """Return the key of a player, who becomes a member of the server if necessary.

    Raises:
        PlayerWithdrawn: the player is withdrawn.
    """
    player_id = add_members(session, guild_id, [player])[player.discord_id]
    if session.get_one(Member, (player_id, guild_id)).withdrawn_at is not None:
        raise PlayerWithdrawn(player.discord_id)
    return player_id
