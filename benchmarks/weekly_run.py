"""Goals 6 and 7: how long it takes to close a week, compared with a loop over its players and with bare statements.

The season (`benchmarks/weekly_season.py`) is one event of 10,000 or 100,000 players, with `--full` on PostgreSQL also
of 1,000,000. All have a personal best and a current all-time Elo. One week is archived, in which four fifths took part.
In the open week another fifth has no score, so that a run counts everybody: 80 % with a score, 20 % with a missed week.
Each measurement uses a separate copy of that database.

- **The bot** (`benchmarks/weekly_bot.py`): `/weekly-reset`, from the call of the service to its result, including
  planning, audit log and the lists of the report, in a process that has closed two small weeks before.
- **The loop** (10,000 players): the weekly processing of a straightforward implementation, on the bot's tables, with
  SQLAlchemy's ORM over asyncio. It counts the field in the database and loads the week's scores. For each score, it
  computes z and Elo in Python, adds a row of `weekly_results`, loads the player's row of `player_event_stats` and
  changes the average, loads it again and changes the event Elo, and loads the player. Then it does the same, except for
  the score and the player, for each earlier player who missed the week, and deletes the week's scores. It commits once,
  at the end.
- **Bare statements**: the essence of the bot's run, in one transaction: count the field into the run, archive the
  rated and ranked scores, archive missed weeks, update averages and event Elos, delete the week's scores, list the
  first ten and ten who missed it. `psql` executes them, or Python's `sqlite3` module (WAL, synchronous FULL, foreign
  keys on). The tables are the plainest with that effect: a foreign key on each column that refers to another table, the
  unique keys, two indexes of scores by event and week, and one of ratings by event Elo, from which the board is read.
  The time is measured from before BEGIN to after COMMIT.

Runs with a tenth of the players, alternating with the others, measure how the time grows with the players.

After each measurement, a checksum of the written rows is compared: all sides have written the same Elos.

The bot's memory is the peak resident size (RSS) of its process, less that before the run.
"""

from collections.abc import Callable, Iterator

from sqlalchemy import URL

from benchmarks.measuring import in_turn, median, ratio
from benchmarks.places import Place
from benchmarks.report import Goal, Line, show
from benchmarks.weekly_bot import run_in_a_process
from benchmarks.weekly_references import bare, loop
from benchmarks.weekly_season import EVENT_ID, season_of
from tests.databases import KINDS
from tests.statements import read

NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
TIMES_FASTER_THAN_LOOP = {"postgresql": 100, "sqlite": 300}
SMALL, LARGE, HUGE = 10_000, 100_000, 1_000_000
ROUNDS = {SMALL: 15, LARGE: 7, HUGE: 1}
MOST_MEGABYTES = 20
MEGABYTE = 1_000_000
# Ten times as many players may take thirteen times as long.
GROWTH = Goal("≤", 13)

WRITTEN = (
    "SELECT count(*), sum(weekly_elo), (SELECT sum(calculated_event_elo) FROM player_event_stats"
    f" WHERE event_id = {EVENT_ID}) FROM weekly_results WHERE run_id IN"
    f" (SELECT id FROM weekly_runs WHERE event_id = {EVENT_ID})"
)
WRITTEN_PLAINLY = "SELECT count(*), sum(weekly_elo), (SELECT sum(event_elo) FROM plain_stats) FROM plain_results"

Seen = tuple[float, float]
"""Seconds, and megabytes if they were counted."""


def measure(place: Place) -> list[Line]:
    """Measure goals 6 and 7."""
    return [line for kind in KINDS for line in _measure(place, kind)]


def _measure(place: Place, kind: str) -> Iterator[Line]:
    written: set[tuple[int, ...]] = set()

    def on_a_copy(players: int, run: Callable[[URL], Seen], query: str) -> Callable[[], Seen]:
        def work() -> Seen:
            with place.templates.prepared(kind, season_of(players)) as url:
                seen = run(url)
                written.add((players, *map(int, read(url, query)[0])))
                return seen

        return work

    sizes = (SMALL, LARGE, HUGE) if place.full and kind == "postgresql" else (SMALL, LARGE)
    for players in sizes:
        name = f"weekly run of {players:,} players, {NAMES[kind]}"
        sides = {"bot": on_a_copy(players, _run_bot, WRITTEN)}
        if players < HUGE:
            sides["bare"] = on_a_copy(players, lambda url: (bare(url), 0.0), WRITTEN_PLAINLY)
        if players > SMALL:
            sides["tenth"] = on_a_copy(players // 10, _run_bot, WRITTEN)
        seen = in_turn(ROUNDS[players], sides)
        seconds = {side: [took for took, _ in runs] for side, runs in seen.items()}
        bot = median(seconds["bot"])
        if players == SMALL:
            looped, _ = on_a_copy(players, lambda url: (loop(url), 0.0), WRITTEN)()
            goal = Goal("≥", TIMES_FASTER_THAN_LOOP[kind])
            yield Line(6, name, _seconds(bot), f"{_seconds(looped)} (loop)", looped / bot, goal)
        if "bare" in seen:
            plain = f"{_seconds(median(seconds['bare']))} (bare statements)"
            yield Line(6, name, _seconds(bot), plain, ratio(seconds["bot"], seconds["bare"]), Goal("≤", 1.1))
        if "tenth" in seen:
            growth = ratio(seconds["bot"], seconds["tenth"])
            yield Line(7, f"{name}, and of a tenth", _seconds(bot), _seconds(median(seconds["tenth"])), growth, GROWTH)
            grown = max(megabytes for _, megabytes in seen["bot"])
            goal = Goal("<", MOST_MEGABYTES, "MB")
            yield Line(7, f"memory of the bot over a {name}", f"{show(grown)} MB more", "", grown, goal)
    if len(written) != len(sizes):
        raise RuntimeError(f"the sides have written different Elos: {written}")


def _run_bot(url: URL) -> Seen:
    seconds, growth = run_in_a_process(url)
    return seconds, growth / MEGABYTE


def _seconds(value: float) -> str:
    return f"{show(value)} s"
