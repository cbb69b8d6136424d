"""What admins do with scores that should not count: list, remove and restore them."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import (
    Event,
    LeaderboardScore,
    ScoreSubmission,
    ScoreType,
)
from bot.domain.clock import Clock
from bot.domain.moderation import LoggedSubmission, RemovalPreview, RemovalResult, RestorationResult
from bot.domain.ratings import RatingScale
from bot.domain.text import clean_reason
from bot.services.events import describe, find_event
from bot.services.moderation._finding import find_listed, find_one, name_submission
from bot.services.moderation._preview import preview_removal
from bot.services.moderation._rows import name_player, run_of, unrate
from bot.services.ratings import (
    Recalculation,
    count_personal_best,
    count_weekly_best,
    is_personal_best,
    is_weekly_best,
    logged_bests,
)
from bot.services.servers import Actor, begin_action, load_settings, record, require_admin


class RemovalService:
    """Removes submissions and restores them; the log keeps them, with the admin, the time and the reason."""

    def __init__(self, database: Database, clock: Clock, scale: RatingScale, recalculation: Recalculation) -> None:
        """Rate by `scale`, and request a `recalculation` when a personal best changes."""
        self._database = database
        self._clock = clock
        self._scale = scale
        self._recalculation = recalculation

    async def removable(
        self, actor: Actor, event_name: str, player: int, typed: str = ""
    ) -> tuple[LoggedSubmission, ...]:
        """Return the latest 25 submissions of a player to an event that fit what is typed, without removed ones."""
        return await self._listed(actor, event_name, player, typed, are_removed=False)

    async def restorable(
        self, actor: Actor, event_name: str, player: int, typed: str = ""
    ) -> tuple[LoggedSubmission, ...]:
        """Return the latest 25 removed submissions of a player to an event that fit what is typed."""
        return await self._listed(actor, event_name, player, typed, are_removed=True)

    async def preview(
        self, actor: Actor, event: str | int, player: int, submission: str | None = None
    ) -> RemovalPreview:
        """Return what `remove` would change, and raise what it would raise; change nothing."""

        def work(session: Session) -> RemovalPreview:
            require_admin(session, actor)
            found = find_event(session, actor.guild_id, event)
            removed = find_one(session, found, player, submission, self._clock(), are_removed=False)
            return preview_removal(session, found, removed, self._scale)

        return await self._database.read(work)

    async def remove(
        self,
        actor: Actor,
        event: str | int,
        player: int,
        submission: str | None = None,
        reason: str | None = None,
    ) -> RemovalResult:
        """Remove a submission, and derive the player's bests from the rest of the log.

        A week that was run keeps its results; admins can undo the run and run the week again without the score.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: Discord's id of the player.
            submission: `#` and the key of a submission, as suggested; or its value, day or week, as typed; None for the
                personal best.
            reason: the reason, for the log.

        Raises:
            NothingToRemove: the player has no such submission to the event.
            SeveralScores: several submissions are what was typed.
        """

        def work(session: Session) -> RemovalResult:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            removed = find_one(session, found, player, submission, self._clock(), are_removed=False)
            return self._remove(session, actor, found, removed, clean_reason(reason))

        result = await self._database.write(work)
        if result.was_personal_best:
            self._recalculation.request(result.event.id)
        return result

    async def restore(
        self, actor: Actor, event: str | int, player: int, submission: str | None = None
    ) -> RestorationResult:
        """Let a removed submission count again, and derive the player's bests from the log.

        A week that was run keeps its results, as with `remove`.

        Args:
            actor: the admin.
            event: the name or the key of the event.
            player: Discord's id of the player.
            submission: as in `remove`, among removed ones; None for the one removed last.

        Raises:
            NothingToRestore: no such submission of the player was removed.
            SeveralScores: several removed submissions are what was typed.
        """

        def work(session: Session) -> RestorationResult:
            begin_action(session, actor)
            found = find_event(session, actor.guild_id, event, lock=True)
            restored = find_one(session, found, player, submission, self._clock(), are_removed=True)
            return self._restore(session, actor, found, restored)

        result = await self._database.write(work)
        if result.is_personal_best:
            self._recalculation.request(result.event.id)
        return result

    async def _listed(
        self, actor: Actor, event_name: str, player: int, typed: str, *, are_removed: bool
    ) -> tuple[LoggedSubmission, ...]:
        def work(session: Session) -> tuple[LoggedSubmission, ...]:
            require_admin(session, actor)
            event = find_event(session, actor.guild_id, event_name)
            return find_listed(session, event, player, typed, self._clock(), are_removed=are_removed)

        return await self._database.read(work)

    def _remove(
        self, session: Session, actor: Actor, event: Event, removed: ScoreSubmission, reason: str | None
    ) -> RemovalResult:
        info, now = describe(event), self._clock()
        run = run_of(session, removed)
        removed.removed_by, removed.removal_reason = actor.discord_id, reason
        # The removal comes after the run that counted the score, even if the clock was set back since.
        removed.removed_at = now if run is None else max(now, run.ran_at + timedelta(microseconds=1))
        before, after = _derive_bests(session, event, removed, week_is_closed=run is not None)
        player, zone = name_player(session, event, removed.player_id), load_settings(session, event.guild_id).time_zone
        if after is None:
            unrate(session, removed.player_id, [event], self._scale)
        detail = f"submission {removed.id}: {info.style.show(removed.score)}"
        what, who = event.id, removed.player_id
        record(session, actor, "remove score", detail, at=now, event_id=what, player_id=who, reason=reason)
        return RemovalResult(
            event=info,
            player=player,
            submission=name_submission(event, removed, zone),
            week_is_closed=run is not None,
            was_personal_best=before != after,
            personal_best=after,
            reason=reason,
        )

    def _restore(self, session: Session, actor: Actor, event: Event, restored: ScoreSubmission) -> RestorationResult:
        info, run = describe(event), run_of(session, restored)
        if run is not None and restored.removed_at is not None and restored.removed_at <= run.ran_at:
            restored.is_omitted = True
        restored.removed_at = restored.removed_by = restored.removal_reason = None
        before, after = _derive_bests(session, event, restored, week_is_closed=run is not None)
        player, zone = name_player(session, event, restored.player_id), load_settings(session, event.guild_id).time_zone
        detail = f"submission {restored.id}: {info.style.show(restored.score)}"
        what, who = event.id, restored.player_id
        record(session, actor, "restore score", detail, at=self._clock(), event_id=what, player_id=who)
        return RestorationResult(
            event=info,
            player=player,
            submission=name_submission(event, restored, zone),
            week_is_closed=run is not None,
            is_personal_best=before != after,
            personal_best=after,
        )


def _derive_bests(
    session: Session, event: Event, changed: ScoreSubmission, *, week_is_closed: bool
) -> tuple[float | None, float | None]:
    """Set the bests that a changed submission may be to those of the log; return the old and the new personal best."""
    session.flush()
    if not week_is_closed:
        week = changed.week_number
        before, after = _derive_best(session, event, changed.player_id, week)
        if before != after:
            count_weekly_best(session, event, week, before, after)
    before, after = _derive_best(session, event, changed.player_id, None)
    if before != after:
        count_personal_best(session, event, before, after)
    return before, after


def _derive_best(session: Session, event: Event, player_id: int, week: int | None) -> tuple[float | None, float | None]:
    """Set a personal best, or a best of a week, to the best of the log; return the old and the new score."""
    scores, log = LeaderboardScore, ScoreSubmission
    of_board = is_personal_best(event.id) if week is None else is_weekly_best(event.id, week)
    of_week = [] if week is None else [log.week_number == week]
    row = session.scalars(sa.select(scores).where(of_board, scores.player_id == player_id)).one_or_none()
    logged = logged_bests(event.id, event.score_direction, log.player_id == player_id, *of_week)
    found = session.execute(logged).one_or_none()
    before = None if row is None else row.score
    if found is None:
        if row is not None:
            session.delete(row)
        return before, None
    if row is None:
        score_type = ScoreType.ALL_TIME if week is None else ScoreType.WEEKLY
        row = scores(player_id=player_id, event_id=event.id, score_type=score_type, week_number=week)
        session.add(row)
    row.score, row.submitted_at = found.score, found.submitted_at
    return before, row.score
