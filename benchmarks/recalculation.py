r"""Goal 5: update the stored Elos after one personal best, which moves everybody's Elo a little.

The event is that of `benchmarks.filling`. Before each measurement, a player submits a score that beats all others, so
that the Elos of about 500 players change by a point, whatever the number of players. The bot's side is
`LeaderboardScoringService.recalculate`, from call to return: begin, lock the event, compute, write the changes, set the
event's version and field, commit.

Reference (a) does the same without finding out what changes: an UPDATE that writes each player's all-time and event
Elo, on PostgreSQL in `psql`, on SQLite in Python's `sqlite3` with the bot's journal and durability (WAL, synchronous
FULL). Reference (b) is what the bot does for few players, typed into `psql`: it locks the event, the UPDATE looks at
all players and writes the Elos that differ, it sets version and field, and it commits. These statements contain the
mean and the standard deviation as numbers. The time of `psql` is the sum of the times that it reports itself
(`\timing`), without its start. After each reference (a) the tables are vacuumed, so that its dead rows affect nothing
else.

Under *robust* and *ranks* there is no reference, only the goal of a second: the bot measures the field again and looks
at every player.
"""

import asyncio
import itertools
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from sqlalchemy import URL
from sqlalchemy.orm import Session

from benchmarks.filling import EVENT, EVENT_ID, GUILD, NOW, SCALE, Nobody, fill
from benchmarks.measuring import in_turn, median, ratio, seconds, seconds_of
from benchmarks.places import Place, run_client, vacuum
from benchmarks.report import Goal, Line
from bot.database._file import prepare_file
from bot.database.database import Database
from bot.domain.ratings import Field
from bot.domain.rules import Method, Rules
from bot.domain.submissions import Submission
from bot.services.events import find_event
from bot.services.ratings import LeaderboardScoringService
from bot.services.rules import RulesService
from bot.services.servers import Actor
from bot.services.submissions import LeaderboardService

SIZES = (1_000, 100_000)
LARGE = 1_000_000
ROUNDS = {1_000: 25, 100_000: 11, LARGE: 3}
SHARE_OF_REWRITING = Goal("≤", 0.2)
SHARE_OF_BARE = Goal("≤", 1.1)
KINDS = ("postgresql", "sqlite")
MANY = 100_000
AT_MOST_A_SECOND = Goal("≤", 1.0, "s")

ADMIN = Actor(discord_id=1, guild_id=GUILD, manages_guild=True, role_ids=frozenset(), owns_bot=False)

REWRITE = """
UPDATE player_event_stats SET all_time_leaderboard_elo = rated.elo, updated_at = CURRENT_TIMESTAMP,
 calculated_event_elo = CASE WHEN weeks_participated > 0
  THEN CAST(floor(0.5 * CAST(rated.elo AS DOUBLE PRECISION) + 0.5 * weekly_elo_average + 0.5) AS INTEGER) END
 FROM (SELECT player_id, CAST(floor({base} + (score - {origin} - {mean}) / {sd} * {per_sigma} + 0.5) AS INTEGER) AS elo
  FROM leaderboard_scores WHERE event_id = {event} AND score_type = 'all_time' AND week_number IS NULL) AS rated
 WHERE event_id = {event} AND player_event_stats.player_id = rated.player_id"""
WRITE_CHANGED = f"{REWRITE} AND all_time_leaderboard_elo IS DISTINCT FROM rated.elo"
LOCK = "SELECT * FROM events WHERE id = {event} FOR NO KEY UPDATE"
SET_VERSION = """
UPDATE events SET elo_version = scores_version, elo_field_version = scores_version, elo_origin = {origin},
 elo_centre = {mean}, elo_spread = {sd}, elo_submission_id = (SELECT max(id) FROM score_submissions)
WHERE id = {event}"""
TIMES = re.compile(r"^Time: ([0-9.]+) ms", re.MULTILINE)


def measure(place: Place) -> list[Line]:
    """Measure both databases at each size."""
    sizes = (*SIZES, LARGE) if place.full else SIZES
    lines = [line for size in sizes for kind in KINDS for line in _measure(place, kind, size)]
    others = [_measure_method(place, kind, method) for method in (Method.ROBUST, Method.RANKS) for kind in KINDS]
    return lines + others


def _measure(place: Place, kind: str, size: int) -> list[Line]:
    with place.database(kind) as url, asyncio.Runner() as runner:
        fill(url, size)
        season = _Season(url, runner)
        try:
            sides: dict[str, Callable[[], float]] = {"bot": season.recalculate, "rewriting": season.rewrite}
            if kind == "postgresql":
                sides["bare"] = season.write_changed
            for warm_up in sides.values():
                warm_up()
            seen = in_turn(ROUNDS[size], sides)
        finally:
            runner.run(season.database.close())
    what = f"recalculation after one personal best, {kind}, {size:,} players"
    goals = {"bare": SHARE_OF_BARE, **({"rewriting": SHARE_OF_REWRITING} if size >= 100_000 else {})}
    names = {"rewriting": "rewriting all rows", "bare": "the bare statement in psql"}
    return [
        Line(5, what, _show(seen["bot"]), f"{names[name]}: {_show(seen[name])}", ratio(seen["bot"], seen[name]), goal)
        for name, goal in goals.items()
        if name in seen
    ]


def _measure_method(place: Place, kind: str, method: Method) -> Line:
    with place.database(kind) as url, asyncio.Runner() as runner:
        fill(url, MANY)
        season = _Season(url, runner)
        try:
            season.rate_by(method)
            seen = in_turn(ROUNDS[MANY], {"bot": season.recalculate})["bot"]
        finally:
            runner.run(season.database.close())
    what = f"recalculation after one personal best under {method}, {kind}, {MANY:,} players"
    return Line(5, what, _show(seen), "", median(seen), AT_MOST_A_SECOND)


def _show(durations: list[float]) -> str:
    return f"{1_000 * median(durations):.1f} ms"


class _Season:
    """An event whose players keep submitting. Each method returns how long it took, in seconds."""

    def __init__(self, url: URL, runner: asyncio.Runner) -> None:
        self._url, self._runner = url, runner
        self.database = Database(url)
        self._scoring = LeaderboardScoringService(self.database, SCALE)
        self._leaderboard = LeaderboardService(self.database, lambda: NOW, SCALE, timedelta(0), Nobody())
        self._numbers = itertools.count(1)

    def recalculate(self) -> float:
        self._submit()
        return self._runner.run(seconds_of(self._scoring.recalculate(EVENT_ID)))

    def rate_by(self, method: Method) -> None:
        rules = RulesService(self.database, lambda: NOW, SCALE)
        self._runner.run(rules.change(ADMIN, EVENT, Rules(method)))
        self._runner.run(vacuum(self._url))

    def rewrite(self) -> float:
        self._submit()
        took = self._time(REWRITE, SET_VERSION)
        self._runner.run(vacuum(self._url))
        return took

    def write_changed(self) -> float:
        self._submit()
        return self._time(LOCK, WRITE_CHANGED, SET_VERSION)

    def _submit(self) -> None:
        number = next(self._numbers)
        name, score = f"player {number}", f"{2_000 + number}"
        submission = Submission(number, GUILD, number, name, name, EVENT, score)
        assert self._runner.run(self._leaderboard.submit(submission)).is_personal_best

    def _time(self, *statements: str) -> float:
        field = self._runner.run(self.database.read(_field))
        written = [_write(statement, field) for statement in statements]
        if self._url.get_backend_name() == "sqlite":
            return _time_in_file(self._url, written)
        script = "\n".join(f"{statement};" for statement in ("\\timing on\nBEGIN", *written, "COMMIT"))
        told = TIMES.findall(run_client("psql", self._url, "--no-psqlrc", "--output=/dev/null", script=script))
        assert len(told) == len(written) + 2, told
        return sum(map(float, told)) / 1_000


def _field(session: Session) -> Field:
    return find_event(session, GUILD, EVENT).statistics.field


def _write(statement: str, field: Field) -> str:
    return statement.format(
        event=EVENT_ID,
        base=SCALE.base_elo,
        per_sigma=SCALE.elo_per_sigma,
        origin=field.origin,
        mean=field.centre,
        sd=field.spread,
    )


def _time_in_file(url: URL, statements: list[str]) -> float:
    with closing(sqlite3.connect(str(url.database))) as connection:
        prepare_file(connection, foreign_keys=True)
        return seconds(lambda: [connection.execute(one) for one in ("BEGIN IMMEDIATE", *statements, "COMMIT")])
