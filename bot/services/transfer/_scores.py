"""Import scores from files into events, and undo such imports."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bot.database.models import Event, Member, Player, PlayerEventStats, ScoreSubmission, WeeklyRun
from bot.database.rows import free_id, in_chunks
from bot.domain.audit import Action, ImportDetail
from bot.domain.jobs import JobKind
from bot.domain.ratings import RatingScale
from bot.domain.score_files import (
    ScoreImportPlan,
    ScoreImportResult,
    Server,
    TakenBack,
    names_in,
    plan_scores,
    players_in,
    read_score_file,
)
from bot.domain.servers import NewMember
from bot.domain.text import clean_display_name
from bot.domain.weeks import Week
from bot.errors import ImportGone, NothingToImport
from bot.services.events import describe
from bot.services.ratings import recalculate
from bot.services.servers import Actor, add_members, load_settings, record
from bot.services.verification import add_scores, rebuild
from bot.services.weeks import after_correction, announce_end

_LOG = ScoreSubmission


def plan_score_import(session: Session, event: Event, content: bytes, now: datetime) -> ScoreImportPlan:
    """Return what importing a file of scores into an event would do."""
    rows = read_score_file(content)
    named = _find_named(session, event.guild_id, names_in(rows))
    server = Server(
        zone=load_settings(session, event.guild_id).time_zone,
        named=named,
        withdrawn=_find_withdrawn(session, event.guild_id),
        closed={Week.from_code(run.week_number): run.ran_at for run in _runs_of(session, event)},
        logged=_logged(session, event, players_in(rows) | {who for ids in named.values() for who in ids}),
    )
    return plan_scores(rows, describe(event), server, now)


def import_scores(
    session: Session, actor: Actor, event: Event, content: bytes, scale: RatingScale, now: datetime
) -> ScoreImportResult:
    """Write the new scores of a file to the log of a locked event, and derive everything else.

    If a score would have counted for a week that is closed now, rerun that week with it.

    Raises:
        NothingToImport: the file has no new scores.
    """
    plan = plan_score_import(session, event, content, now)
    if not plan.new:
        raise NothingToImport(event.name)
    # Rows may name the same player differently; the first name stays.
    named = {one.player: _member(one.player, one.name) for one in reversed(plan.new)}
    players = add_members(session, event.guild_id, named.values())
    import_id = actor.interaction_id if actor.interaction_id is not None else free_id(session, _LOG.import_id)
    rows = [
        {
            "player_id": players[one.player],
            "score": one.score,
            "week_number": one.week.code,
            "made_in_week": one.made_in.code,
            "submitted_at": one.at,
            "is_late": one.is_late,
            "added_by": actor.discord_id,
            "import_id": import_id,
        }
        for one in plan.new
    ]
    add_scores(session, event, rows)
    _derive(session, event, plan.weeks, scale, now)
    detail = ImportDetail(len(plan.new), plan.players, run_again=tuple(map(str, plan.weeks)))
    record(session, actor, Action.IMPORT_SCORES, detail, at=now, event_id=event.id)
    return ScoreImportResult(plan, import_id)


def count_imported(session: Session, event: Event, import_id: int) -> int:
    """Return how many rows of an import are in the log of an event.

    Raises:
        ImportGone: there are no such rows.
    """
    of_import = sa.select(sa.func.count()).where(_LOG.event_id == event.id, _LOG.import_id == import_id)
    if not (found := session.scalar(of_import)):
        raise ImportGone(event.name)
    return found


def take_import_back(
    session: Session, actor: Actor, event: Event, import_id: int, scale: RatingScale, now: datetime
) -> TakenBack:
    """Delete the rows of an import from the log of a locked event, and derive everything else from the rest.

    Raises:
        ImportGone: there are no such rows.
    """
    of_import = _LOG.event_id == event.id, _LOG.import_id == import_id
    taken = count_imported(session, event, import_id)
    counts_for = set(session.scalars(sa.select(_LOG.week_number).where(*of_import).distinct()))
    weeks = tuple(
        sorted(Week.from_code(run.week_number) for run in _runs_of(session, event) if run.week_number in counts_for)
    )
    players = set(session.scalars(sa.select(_LOG.player_id).where(*of_import).distinct()))
    session.connection().execute(sa.delete(_LOG).where(*of_import))
    _drop_ratings(session, event, players)
    _derive(session, event, weeks, scale, now)
    if len(counts_for) > len(weeks):
        # Some of the scores counted for an open week.
        announce_end(session, event, now)
    detail = ImportDetail(taken, run_again=tuple(map(str, weeks)))
    record(session, actor, Action.TAKE_IMPORT_BACK, detail, at=now, event_id=event.id)
    return TakenBack(describe(event), taken, weeks)


def _drop_ratings(session: Session, event: Event, players: Collection[int]) -> None:
    """Delete the rating rows of those players who have no more rows in the log of an event."""
    stats = PlayerEventStats
    left = sa.exists().where(_LOG.event_id == event.id, _LOG.player_id == stats.player_id)
    for some in in_chunks(sorted(players)):
        of_players = stats.event_id == event.id, stats.player_id.in_(some)
        session.connection().execute(sa.delete(stats).where(*of_players, ~left))


def _derive(session: Session, event: Event, weeks: Iterable[Week], scale: RatingScale, now: datetime) -> None:
    rebuild(session, event)
    recalculate(session, event, scale)
    codes = {week.code for week in weeks}
    runs = [run for run in _runs_of(session, event) if run.week_number in codes]
    after_correction(session, event, now, JobKind.FINAL, JobKind.RECORD, JobKind.BOARD, runs=runs)


def _runs_of(session: Session, event: Event) -> list[WeeklyRun]:
    runs = sa.select(WeeklyRun).where(WeeklyRun.event_id == event.id).order_by(WeeklyRun.week_number)
    return list(session.scalars(runs))


def _logged(session: Session, event: Event, players: Collection[int]) -> set[tuple[int, float, datetime]]:
    """Return the logged scores of some players in an event, with the players' Discord ids."""
    found: set[tuple[int, float, datetime]] = set()
    log = sa.select(Player.discord_id, _LOG.score, _LOG.submitted_at).join(Player, Player.id == _LOG.player_id)
    for some in in_chunks(sorted(players)):
        of_players = _LOG.event_id == event.id, Player.discord_id.in_(some)
        found.update((who, score, at) for who, score, at in session.execute(log.where(*of_players)))
    return found


def _find_named(session: Session, guild_id: int, names: set[str]) -> Mapping[str, set[int]]:
    """Return the ids of members by name; names may be those in the server or those of accounts."""
    found: dict[str, set[int]] = {}
    members = sa.select(Player.discord_id, Member.display_name, Player.username).join(
        Member, Member.player_id == Player.id
    )
    for some in in_chunks(sorted(names)):
        called = sa.and_(Player.discord_id > 0, Member.display_name.in_(some) | Player.username.in_(some))
        for who, *called_so in session.execute(members.where(Member.guild_id == guild_id, called)):
            for name in called_so:
                found.setdefault(name, set()).add(who)
    return found


def _find_withdrawn(session: Session, guild_id: int) -> set[int]:
    withdrawn = Member.guild_id == guild_id, Member.withdrawn_at.is_not(None)
    return set(
        session.scalars(sa.select(Player.discord_id).join(Member, Member.player_id == Player.id).where(*withdrawn))
    )


def _member(discord_id: int, name: str) -> NewMember:
    shown = clean_display_name(name)
    return NewMember(discord_id, shown, shown)
