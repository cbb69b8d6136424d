"""Remove and restore scores, or preview that; let players take back their own scores."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.database.database import Database, rolled_back
from bot.database.models import Event, ScoreSubmission
from bot.domain.audit import Action, ScoreDetail
from bot.domain.clock import Clock
from bot.domain.moderation import (
    TAKEN_BACK,
    Consequences,
    Correction,
    CorrectionPreview,
    CorrectionResult,
    LoggedSubmission,
)
from bot.domain.ratings import RatingScale
from bot.domain.text import clean_reason
from bot.errors import TooLateToTakeBack
from bot.services.events import describe, find_event
from bot.services.moderation._consequences import Foresight
from bot.services.moderation._corrections import Corrected, conclude, remove_score, restore_score, write_correction
from bot.services.moderation._finding import find_listed, find_one, find_own, name_submission
from bot.services.ratings import Recalculation
from bot.services.servers import Actor, begin_action, load_settings, name_player, record, require_admin
from bot.services.weeks import find_run

TAKEN_BACK_FOR = timedelta(minutes=10)
"""How long players can take back a submission."""
_ACTIONS = {Correction.REMOVE: Action.REMOVE_SCORE, Correction.RESTORE: Action.RESTORE_SCORE}


class RemovalService:
    """Removes and restores submissions; the log keeps them, with the admin, the time and the reason."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def listed(
        self, actor: Actor, event_name: str, player: int, typed: str = "", *, are_removed: bool
    ) -> tuple[LoggedSubmission, ...]:
        """Return a player's latest 25 submissions to an event that match a text: the removed ones or the others."""

        def work(session: Session) -> tuple[LoggedSubmission, ...]:
            require_admin(session, actor)
            event = find_event(session, actor.guild_id, event_name)
            return find_listed(session, event, player, typed, self._clock(), are_removed=are_removed)

        return await self._database.read(work)

    async def preview(
        self, correction: Correction, actor: Actor, event: str | int, player: int, submission: str | None = None
    ) -> CorrectionPreview:
        """Return what `remove` or `restore` would change, or raise what it would raise; roll everything back."""

        def work(session: Session) -> CorrectionPreview:
            require_admin(session, actor)
            with rolled_back(session):
                found = find_event(session, actor.guild_id, event, lock=True)
                row = self._find(session, correction, found, player, submission)
                name, shown = name_player(session, found, row.player_id), self._name(session, found, row)
                foresight = Foresight(session, found, self._scale, row.player_id, row.week_number)

                def foresee(*, reruns_week: bool) -> tuple[Corrected, Consequences]:
                    with rolled_back(session):
                        done = self._apply(session, correction, actor, found, row, None, reruns_week=reruns_week)
                        return done, foresight.consequences()

                done, consequences = foresee(reruns_week=False)
                is_closed, of_week = done.run is not None, None
                if is_closed:
                    again, with_week = foresee(reruns_week=True)
                    of_week = with_week if again.is_rerun else None
                info = describe(found)
            return CorrectionPreview(correction, info, name, shown, is_closed, done.was_counted, consequences, of_week)

        return await self._database.write(work)

    async def remove(
        self,
        actor: Actor,
        event: str | int,
        player: int,
        submission: str | None = None,
        reason: str | None = None,
        *,
        reruns_week: bool = False,
    ) -> CorrectionResult:
        """Remove a submission, and recompute the player's bests from the rest of the log.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: Discord's id of the player.
            submission: `#` and the key of a submission, as suggested; or its value, day or week, as typed; None for the
                personal best.
            reason: the reason, for the audit log.
            reruns_week: whether to rerun a closed week that counts the score; otherwise the week keeps its results.

        Raises:
            NothingToRemove: the player has no such submission to the event.
            SeveralScores: the text matches several submissions.
        """
        given = (event, player, submission, reason)
        return await self._correct(Correction.REMOVE, actor, *given, reruns_week=reruns_week)

    async def take_back(self, guild_id: int, event_id: int, player: int, interaction_id: int) -> CorrectionResult:
        """Remove a submission at its player's request, within ten minutes and while its week is open.

        A removed submission starts no cooldown, so the player may submit again at once.

        Args:
            guild_id: the server.
            event_id: the key of the event.
            player: Discord's id of the player.
            interaction_id: Discord's id of the interaction in which the player submitted.

        Raises:
            EventNotFound: the server has no such event.
            NothingToTakeBack: the player has made no such submission, or an admin has removed it.
            AlreadyTakenBack: the player has already taken it back.
            TooLateToTakeBack: the ten minutes or the week are over.
        """

        def work(session: Session) -> CorrectionResult:
            found, now = find_event(session, guild_id, event_id, lock=True), self._clock()
            row = find_own(session, found, player, interaction_id)
            is_late = now >= row.submitted_at + TAKEN_BACK_FOR
            if is_late or find_run(session, event_id, row.week_number) is not None:
                raise TooLateToTakeBack
            done = remove_score(session, found, row, (now, player, TAKEN_BACK), self._scale, reruns_week=False)
            shown = self._name(session, found, row)
            return conclude(session, Correction.REMOVE, found, row, shown, done, now)

        return await write_correction(self._database, work, self._recalculation)

    async def restore(
        self,
        actor: Actor,
        event: str | int,
        player: int,
        submission: str | None = None,
        reason: str | None = None,
        *,
        reruns_week: bool = False,
    ) -> CorrectionResult:
        """Restore a removed submission, and recompute the player's bests from the log.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: Discord's id of the player.
            submission: as in `remove`, among removed submissions; None for the one that was removed last.
            reason: the reason, for the audit log.
            reruns_week: whether to rerun a closed week that does not count the score; otherwise the week keeps its
                results.

        Raises:
            NothingToRestore: no such submission of the player was removed.
            SeveralScores: the text matches several removed submissions.
        """
        given = (event, player, submission, reason)
        return await self._correct(Correction.RESTORE, actor, *given, reruns_week=reruns_week)

    async def _correct(
        self,
        correction: Correction,
        actor: Actor,
        event: str | int,
        player: int,
        submission: str | None,
        reason: str | None,
        *,
        reruns_week: bool,
    ) -> CorrectionResult:
        def work(session: Session) -> CorrectionResult:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            row, why = self._find(session, correction, found, player, submission), clean_reason(reason)
            done = self._apply(session, correction, actor, found, row, why, reruns_week=reruns_week)
            shown = self._name(session, found, row)
            detail = ScoreDetail.of(shown, is_rerun=done.is_rerun)
            action, what, who = _ACTIONS[correction], found.id, row.player_id
            now = self._clock()
            record(session, actor, action, detail, at=now, event_id=what, player_id=who, reason=why)
            return conclude(session, correction, found, row, shown, done, now, why)

        return await write_correction(self._database, work, self._recalculation)

    def _find(
        self, session: Session, correction: Correction, event: Event, player: int, submission: str | None
    ) -> ScoreSubmission:
        are_removed = correction is Correction.RESTORE
        return find_one(session, event, player, submission, self._clock(), are_removed=are_removed)

    def _apply(
        self,
        session: Session,
        correction: Correction,
        actor: Actor,
        event: Event,
        row: ScoreSubmission,
        reason: str | None,
        *,
        reruns_week: bool,
    ) -> Corrected:
        if correction is Correction.RESTORE:
            return restore_score(session, event, row, self._scale, reruns_week=reruns_week)
        removal = self._clock(), actor.discord_id, reason
        return remove_score(session, event, row, removal, self._scale, reruns_week=reruns_week)

    def _name(self, session: Session, event: Event, row: ScoreSubmission) -> LoggedSubmission:
        return name_submission(event, row, load_settings(session, event.guild_id).time_zone)
