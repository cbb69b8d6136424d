"""A copy of a file shows the state of one moment."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import URL

from bot.database import backup


class Writing:
    """Writes to the file each time that some of its pages are copied."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.total = self.copied = 0

    def begin(self, total: int) -> None:
        self.total = total

    def advance(self, done: int) -> None:
        self.copied += done
        assert 0 < done <= self.copied <= self.total, "the copy has begun anew"
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            connection.execute("INSERT INTO players (discord_id, username) VALUES (?, 'late')", (self.copied,))


def test_a_copy_is_made_at_one_go_whatever_is_written_meanwhile(
    file_url: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES_AT_A_TIME", 1)
    writing = Writing(str(file_url.database))
    backup.copy_file(file_url, tmp_path / "copy.db", writing)
    assert writing.copied == writing.total > 1
    for file, players in ((str(file_url.database), writing.total), (str(tmp_path / "copy.db"), 0)):
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("SELECT count(*) FROM players").fetchone() == (players,)
