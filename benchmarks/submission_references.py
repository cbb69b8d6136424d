"""Reference programs that process submissions with no aim but speed.

- `pgbench`: `submit.sql`, one data-modifying statement, prepared (`-M prepared`), one transaction each, from pgbench's
  own C code: no parsing, no cooldown, no ranks, no answer. It has as many threads as there are cores. It reads bests as
  they were before it waited for the event, so it miscounts a field if a player submits twice at that moment.
- The loop: the same effects with `sqlite3`, one transaction each, in one thread, on one connection with the bot's own
  settings (WAL, synchronous FULL).

`bare_waits` returns how long users wait for either of them. A file takes one writer at a time, so concurrent users of
the loop wait in a queue: each waits for the submissions of all others and for their own.
"""

import os
import random
import sqlite3
import time
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from benchmarks.places import run_client

EVENTS = 20
PLAYERS = 1_000
WEEK = 203001
"""A week that is open in every event."""
MOST_CLIENTS = 64
"""A server takes a hundred connections, some of which the bot needs; the waits of more users are scaled up."""
SCRIPT = Path(__file__).with_name("submit.sql")
NOW = "2026-11-18 12:00:00.000000"

_chances = random.Random(1)


def pgbench(url: URL, at_once: int, events: int, seconds: int) -> list[float]:
    """Return how long each submission took, in seconds, with `at_once` concurrent clients."""
    sizes = [f"-Dplayers={PLAYERS}", f"-Devents={events}", f"-Dweek={WEEK}"]
    threads = min(at_once, os.cpu_count() or 1)
    with TemporaryDirectory() as folder:
        log = [f"--log-prefix={folder}/log", "-l"]
        clients = ["-n", "-M", "prepared", "-c", str(at_once), "-j", str(threads), "-T", str(seconds)]
        run_client("pgbench", url, *clients, *log, *sizes, "-f", str(SCRIPT))
        lines = [line for file in Path(folder).iterdir() for line in file.read_text().splitlines()]
    return [int(line.split()[2]) / 1e6 for line in lines]


def tight_loop(url: URL, seconds: float) -> list[float]:
    """Return how long each submission took, in seconds, one after the other."""
    took = []
    with closing(sqlite3.connect(str(url.database), isolation_level=None)) as file:
        file.execute("PRAGMA synchronous = FULL")
        end = time.perf_counter() + seconds
        while (began := time.perf_counter()) < end:
            _submit(file, _chances.randrange(1, PLAYERS + 1), _chances.randrange(1, EVENTS + 1))
            took.append(time.perf_counter() - began)
    return took


def bare_waits(url: URL, users: int, seconds: float) -> list[float]:
    """Return how long each of `users` concurrent users waits for a bare submission, in seconds."""
    if url.get_backend_name() == "sqlite":
        return _in_line(tight_loop(url, seconds), users)
    clients = min(users, MOST_CLIENTS)
    return [users / clients * took for took in pgbench(url, clients, EVENTS, max(1, round(seconds)))]


def _in_line(took: list[float], users: int) -> list[float]:
    """Return the waits of users in a queue who rejoin it after each service."""
    if len(took) < users:
        return [users * sum(took) / len(took)]
    ends = [0.0, *accumulate(took)]
    return [ends[last] - ends[last - users] for last in range(users, len(ends))]


def _submit(file: sqlite3.Connection, player: int, event: int) -> None:
    score = _chances.randrange(1_000, 1_000_000) / 1000
    file.execute("BEGIN IMMEDIATE")
    guild, version, count, origin, mean, m2, peak, best, week, *of_week, week_best = file.execute(
        "SELECT guild_id, scores_version, score_count, score_origin, score_mean, score_m2, score_m2_peak, best.score,"
        " events.week_number, week_count, week_origin, week_mean, week_m2, week_m2_peak, weekly.score FROM events"
        " LEFT JOIN leaderboard_scores best ON best.event_id = events.id AND best.player_id = ?"
        " AND best.score_type = 'all_time' AND best.week_number IS NULL"
        " LEFT JOIN leaderboard_scores weekly ON weekly.event_id = events.id AND weekly.player_id = ?"
        " AND weekly.score_type = 'weekly' AND weekly.week_number = ? WHERE events.id = ?",
        (player, player, WEEK, event),
    ).fetchone()
    file.execute(
        "INSERT INTO score_submissions"
        " (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (_chances.getrandbits(60), player, event, score, WEEK, WEEK, NOW),
    )
    file.execute(
        "UPDATE members SET display_name = ?, version = version + 1 WHERE guild_id = ? AND player_id = ?",
        (f"Player {player}", guild, player),
    )
    if best is not None and score > best:
        file.execute(
            "UPDATE leaderboard_scores SET score = ?, submitted_at = ? WHERE player_id = ? AND event_id = ?"
            " AND score_type = 'all_time' AND week_number IS NULL",
            (score, NOW, player, event),
        )
        mean, m2, peak = _moved(count, mean, m2, peak, old=best - origin, new=score - origin)
        version += 1
    if week_best is None or score > week_best:
        file.execute(
            "INSERT INTO leaderboard_scores (player_id, event_id, score, score_type, week_number, submitted_at)"
            " VALUES (?, ?, ?, 'weekly', ?, ?) ON CONFLICT (player_id, event_id, week_number)"
            " WHERE score_type = 'weekly' AND week_number IS NOT NULL"
            " DO UPDATE SET score = excluded.score, submitted_at = excluded.submitted_at",
            (player, event, score, WEEK, NOW),
        )
        size, start, *before = of_week if week == WEEK else (0, score, 0.0, 0.0, 0.0)
        size += week_best is None
        after = _moved(size, *before, old=before[0] if week_best is None else week_best - start, new=score - start)
        file.execute(
            "UPDATE events SET version = version + 1, score_mean = ?, score_m2 = ?, score_m2_peak = ?,"
            " scores_version = ?, week_number = ?, week_count = ?, week_origin = ?, week_mean = ?, week_m2 = ?,"
            " week_m2_peak = ? WHERE id = ?",
            (mean, m2, peak, version, WEEK, size, start, *after, event),
        )
    file.execute("COMMIT")


def _moved(size: int, mean: float, m2: float, peak: float, *, old: float, new: float) -> tuple[float, float, float]:
    """Return the mean, the squares and their peak after a score has changed.

    A new score counts as if it had been at the mean before.
    """
    moved = mean + (new - old) / size
    m2 += (new - old) * (new - moved + old - mean)
    return moved, m2, max(peak, m2)
