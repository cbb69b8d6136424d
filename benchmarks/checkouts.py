"""Other checkouts of this project, whose programs run beside those of this one.

This module imports nothing from another checkout: that code runs in separate processes. Its own migrations and its own
code create and fill its database, because schema and code may differ. The other checkout must provide what every
version has: `places.open_place`, `played_events.fill` and `add_events` in its `benchmarks`, and the program
`benchmarks.measured_bots leaderboard`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.wire_turns import CROWDED_EVENTS, EVENTS, PLAYERS, Town
from tests.wire.discord_people import Guild

_FILL = """
import json
import sys

from benchmarks.places import open_place
from benchmarks.played_events import add_events, fill
from tests.wire.discord_people import Guild

kind = sys.argv[1]
home, crowded, events, players, crowded_events = map(int, sys.argv[2:])
with open_place(full=False) as place, place.database(kind) as url:
    names = fill(url, Guild("Home", id=home), events, players)
    add_events(url, Guild("Crowded", id=crowded), crowded_events)
    print("filled", json.dumps([url.render_as_string(hide_password=False), names]), flush=True)
    sys.stdin.read()
"""
"""The program removes the database when its standard input ends, even if that is because its parent has died."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A directory with a version of this project."""

    path: Path

    @property
    def python(self) -> str:
        """Its own interpreter, with its pinned libraries; this checkout's interpreter if it has none."""
        own = self.path / ".venv/bin/python"
        return str(own) if own.exists() else sys.executable

    @property
    def commit(self) -> str:
        """The commit, as git describes it."""
        command = ["git", "-C", str(self.path), "describe", "--always", "--dirty"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"

    def check(self) -> None:
        """Report early what would fail late.

        Raises:
            FileNotFoundError: the directory is not a checkout of this project with benchmarks.
        """
        for name in ("bot", "migrations", "benchmarks/measured_bots.py", "benchmarks/played_events.py"):
            if not (self.path / name).exists():
                raise FileNotFoundError(f"{self.path} has no {name}")

    @contextmanager
    def filled_town(self, kind: str) -> Iterator[Town]:
        """Provide a database of the checkout, created and filled by its own code, on the servers of this run.

        Raises:
            RuntimeError: its code failed; its last output is in the output of this process.
        """
        home, crowded = Guild("Home"), Guild("Crowded")
        sizes = map(str, (home.id, crowded.id, EVENTS, PLAYERS, CROWDED_EVENTS))
        with subprocess.Popen(
            [self.python, "-c", _FILL, kind, *sizes],
            cwd=self.path,
            env={**os.environ, "PYTHONPATH": str(self.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            told = next((line for line in process.stdout if line.startswith("filled ")), None)
            if told is None:
                raise RuntimeError(f"{self.path} did not fill its database")
            address, events = json.loads(told.removeprefix("filled "))
            try:
                yield Town(address, home, crowded, events)
            finally:
                process.stdin.close()
                process.wait()
