"""Opening a new SQLite file while another process does the same."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tenacity import nap

from bot.database._file import prepare_file


def test_a_new_file_is_opened_once_another_process_lets_go_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, waits = tmp_path / "new.db", []
    with (
        closing(sqlite3.connect(file, isolation_level=None)) as other,
        closing(sqlite3.connect(file)) as connection,
    ):
        other.execute("BEGIN IMMEDIATE")

        def wait(seconds: float) -> None:
            waits.append(seconds)
            if len(waits) == 2:
                other.execute("COMMIT")

        monkeypatch.setattr(nap, "time", type("Time", (), {"sleep": staticmethod(wait)}))
        prepare_file(connection, foreign_keys=True)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert len(waits) == 2
