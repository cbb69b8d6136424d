"""Add, remove and restore a score, and rerun its closed week on request."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.database import Database, Work
from bot.database.models import Event, LeaderboardScore, PlayerEventStats, ScoreSubmission, ScoreType, WeeklyRun
from bot.domain.announcements import ANNOUNCED_AFTER, record_key
from bot.domain.jobs import JobKind
from bot.domain.moderation import Correction, CorrectionResult, LoggedSubmission
from bot.domain.ratings import RatingScale
from bot.domain.seasons import check_in_season
from bot.domain.weeks import Week
from bot.errors import EventNotBegun, WeekBeforeFirst
from bot.services.announcements import may_be_record
from bot.services.events import describe
from bot.services.jobs import schedule
from bot.services.moderation._player import unrate
from bot.services.posts import refresh_post
from bot.services.ratings import (
    Recalculation,
    count_personal_best,
    count_weekly_best,
    is_personal_best,
    is_weekly_best,
    logged_best,
    was_counted,
)
from bot.services.servers import load_settings, name_player
from bot.services.weeks import after_correction, announce_end, find_run, open_week, rerun_week


@dataclass(frozen=True, slots=True)
class Corrected:
    """The effect of a correction on the log.

    Attributes:
        was_counted: whether the results of the closed week counted the score before the correction.
        is_rerun: whether the closed week was rerun.
        before: the player's personal best before the correction, or None.
        after: the player's personal best after the correction, or None.
    """

    run: WeeklyRun | None
    was_counted: bool
    is_rerun: bool
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Addition:
    """A score that an admin adds to the log after it was made.

    Attributes:
        interaction_id: the interaction in which the admin adds the score, or that of the held submission.
        submitted_at: when it was made.
        added_by: Discord's id of the admin.
        made_in: the week in which it was made, if it was recorded; None means the week of `submitted_at`.
    """

    interaction_id: int
    player_id: int
    score: float
    submitted_at: datetime
    added_by: int
    proof: str | None = None
    made_in: Week | None = None

    def week(self, zone: str) -> Week:
        """Return the week in which the score was made, in the time zone of the server."""
        return Week.at(self.submitted_at, zone) if self.made_in is None else self.made_in


def add_score(
    session: Session, event: Event, addition: Addition, zone: str, scale: RatingScale
) -> tuple[ScoreSubmission, Corrected]:
    """Write a score to the log of a locked event, for the week in which it would have counted when it was made.

    If that week has been closed since, rerun it with the score.

    Raises:
        WeekBeforeFirst, EventEnded: the event takes no scores for that week.
    """
    made_in = addition.week(zone)
    week = open_week(session, event.id, made_in, at=addition.submitted_at)
    try:
        check_in_season(describe(event), week, zone)
    except EventNotBegun as early:
        raise WeekBeforeFirst(early.event, early.begins_at, str(Week.at(early.begins_at, zone))) from None
    row = ScoreSubmission(
        interaction_id=addition.interaction_id,
        player_id=addition.player_id,
        event_id=event.id,
        score=addition.score,
        week_number=week.code,
        made_in_week=made_in.code,
        proof=addition.proof,
        submitted_at=addition.submitted_at,
        added_by=addition.added_by,
    )
    run = find_run(session, row.event_id, row.week_number)
    row.is_late = run is not None
    session.add(row)
    of_player = PlayerEventStats.player_id == row.player_id, PlayerEventStats.event_id == event.id
    if session.scalar(sa.select(PlayerEventStats.id).where(*of_player)) is None:
        session.add(PlayerEventStats(player_id=row.player_id, event_id=event.id))
    before, after = derive_bests(session, event, row.player_id, _open_weeks(run, row))
    if run is not None:
        rerun_week(session, event, run, scale)
    return row, Corrected(run, was_counted=False, is_rerun=run is not None, before=before, after=after)


def remove_score(
    session: Session,
    event: Event,
    removed: ScoreSubmission,
    removal: tuple[datetime, int, str | None],
    scale: RatingScale,
    *,
    reruns_week: bool,
) -> Corrected:
    """Remove a submission to a locked event; `removal` says when, by whom and why.

    A closed week keeps its results unless `reruns_week` is true.
    """
    run = find_run(session, removed.event_id, removed.week_number)
    counted = run is not None and _is_counted(session, run, removed)
    at, removed.removed_by, removed.removal_reason = removal
    # The removal must be later than the run that counted the score, even if the clock has been set back since.
    removed.removed_at = at if run is None else max(at, run.ran_at + timedelta(microseconds=1))
    if counted and reruns_week:
        removed.is_late, removed.is_omitted = False, True
    before, after = derive_bests(session, event, removed.player_id, _open_weeks(run, removed))
    if after is None:
        unrate(session, removed.player_id, [event], scale)
    if run is not None and counted and reruns_week:
        rerun_week(session, event, run, scale)
    return Corrected(run, was_counted=counted, is_rerun=counted and reruns_week, before=before, after=after)


def restore_score(
    session: Session, event: Event, restored: ScoreSubmission, scale: RatingScale, *, reruns_week: bool
) -> Corrected:
    """Restore a removed submission to a locked event.

    A closed week without the score keeps its results unless `reruns_week` is true.
    """
    run = find_run(session, restored.event_id, restored.week_number)
    counted = run is not None and _is_counted(session, run, restored)
    is_rerun = run is not None and not counted and reruns_week
    restored.removed_at = restored.removed_by = restored.removal_reason = None
    session.flush()
    if is_rerun:
        restored.is_late, restored.is_omitted = True, False
    elif run is not None and not counted and _is_counted(session, run, restored):
        restored.is_omitted = True
    before, after = derive_bests(session, event, restored.player_id, _open_weeks(run, restored))
    if run is not None and is_rerun:
        rerun_week(session, event, run, scale)
    return Corrected(run, was_counted=counted, is_rerun=is_rerun, before=before, after=after)


def conclude(
    session: Session,
    correction: Correction,
    event: Event,
    row: ScoreSubmission,
    shown: LoggedSubmission,
    done: Corrected,
    now: datetime,
    reason: str | None = None,
) -> CorrectionResult:
    """Refresh the posts and roles that the correction of a submission may have made outdated, and return its result.

    A score that counts from now on may be a record that nothing has announced.
    """
    refresh_post(session, JobKind.HELD, str(row.interaction_id), now)
    untrue = [JobKind.FINAL, JobKind.BOARD]
    if may_be_record(session, event, ScoreSubmission.id == row.id):
        untrue.append(JobKind.RECORD)
        announces = load_settings(session, event.guild_id).announcement_channel_id is not None
        if announces and correction is not Correction.REMOVE:
            schedule(session, JobKind.RECORD, record_key(event.id, row.interaction_id), now + ANNOUNCED_AFTER)
    runs = [done.run] if done.run is not None and done.is_rerun else []
    after_correction(session, event, now, *untrue, runs=runs)
    if correction is Correction.REMOVE and done.run is None and done.before is not None:
        announce_end(session, event, now)
    return CorrectionResult(
        correction=correction,
        event=describe(event),
        player=name_player(session, event, row.player_id),
        submission=shown,
        week_is_closed=done.run is not None,
        week_is_rerun=done.is_rerun,
        was_counted=done.was_counted,
        changed_best=done.before != done.after,
        personal_best=done.after,
        reason=reason,
    )


async def write_correction(
    database: Database, work: Work[CorrectionResult], recalculation: Recalculation
) -> CorrectionResult:
    """Run the transaction of a correction; request a `recalculation` if it has changed a personal best."""
    result = await database.write(work)
    if result.changed_best:
        recalculation.request(result.event.id)
    return result


def _is_counted(session: Session, run: WeeklyRun, submission: ScoreSubmission) -> bool:
    of_row = sa.select(ScoreSubmission.id).where(ScoreSubmission.id == submission.id, *was_counted(run))
    return session.scalar(of_row) is not None


def _open_weeks(run: WeeklyRun | None, submission: ScoreSubmission) -> list[int]:
    """Return the week of a submission if it has no run, else no week."""
    return [submission.week_number] if run is None else []


def derive_bests(
    session: Session, event: Event, player_id: int, open_weeks: Iterable[int]
) -> tuple[float | None, float | None]:
    """Recompute a player's personal best in a locked event, and the bests of the given open weeks, from the log.

    Returns:
        The old and the new personal best.
    """
    session.flush()
    for week in open_weeks:
        before, after = _derive_best(session, event, player_id, week)
        if before != after:
            count_weekly_best(session, event, week, before, after)
    before, after = _derive_best(session, event, player_id, None)
    if before != after:
        count_personal_best(session, event, before, after)
    return before, after


def _derive_best(session: Session, event: Event, player_id: int, week: int | None) -> tuple[float | None, float | None]:
    """Recompute a personal best or a weekly best from the log; return the old and the new score."""
    scores, log = LeaderboardScore, ScoreSubmission
    of_board = is_personal_best(event.id) if week is None else is_weekly_best(event.id, week)
    of_week = [] if week is None else [log.week_number == week]
    row = session.scalars(sa.select(scores).where(of_board, scores.player_id == player_id)).one_or_none()
    found = session.execute(logged_best(event.id, event.score_direction, player_id, *of_week)).one_or_none()
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
