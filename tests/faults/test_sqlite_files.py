"""An SQLite file that is locked, full, read-only or damaged: users get a sentence, the operator gets an error."""

import asyncio
import logging
import os
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from sqlalchemy import URL, Pool

from bot.database.models import ScoreSubmission
from bot.errors import Unavailable
from bot.health import examine_database
from tests import tables
from tests.backends import TestBackend, open_test_backend
from tests.faults.told import unavailable
from tests.outages import listening
from tests.patience import SOON, set_limits

NOBODY = 65534
PAGE_BYTES = 4096
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
async def file(file_url: URL, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TestBackend]:
    """The services with an event and a score, on a file whose lock they wait for only briefly."""
    set_limits(monkeypatch.setattr, {"BUSY_TIMEOUT_SECONDS": SOON})
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
        yield backend


@pytest.fixture(autouse=True)
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Check that the log has an error for the operator."""
    yield
    assert [record for record in caplog.get_records("call") if record.levelno == logging.ERROR] != []


@asynccontextmanager
async def locked_by_another_process(file: str | None) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(file)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"locked\n"
    try:
        yield
    finally:
        await process.communicate(b"")


async def test_a_locked_file_can_be_read_and_whoever_writes_is_told(file: TestBackend) -> None:
    async with locked_by_another_process(file.database.url.database):
        await unavailable(*(file.submit(player, 200) for player in range(2, 12)), file.run(), file.undo())
        assert (await file.page()).players == 1
        # The health page must not report that all is well.
        assert not (await examine_database(file.database)).is_good
    await file.submit(2, 200)
    await works(file, players=2)
    assert (await examine_database(file.database)).is_good


@contextmanager
def no_room_for(pages: int) -> Iterator[None]:
    """Make new connections refuse to grow a file beyond a number of pages, as on a full disk."""

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with listening(Pool, "connect", limit):
        yield


async def test_on_a_full_disk_what_was_confirmed_is_there_and_nothing_else(file_url: URL) -> None:
    confirmed = set()
    with no_room_for(page_count(file_url) + 2):
        async with open_test_backend(file_url) as backend:
            await backend.create_event()
            for player in range(1, 1000):
                try:
                    await backend.submit(player, player)
                except Unavailable:
                    break
                confirmed.add(player)
            await unavailable(backend.submit(1000, 1000))
            assert (await backend.page()).players == len(confirmed)
    async with open_test_backend(file_url) as backend:
        assert {row["score"] for row in await tables.rows(backend.database, ScoreSubmission)} == confirmed
        await backend.submit(2000, 2000)
        await works(backend, players=len(confirmed) + 1)


def page_count(url: URL) -> int:
    with closing(sqlite3.connect(str(url.database))) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


@contextmanager
def written_by_nobody(folder: Path) -> Iterator[None]:
    """Make a folder and its files read-only, even for root, who could otherwise still write."""
    is_root = os.geteuid() == 0
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        for path in (folder, *folder.iterdir()):
            path.chmod(0o700 if path.is_dir() else 0o600)


async def test_a_read_only_file_takes_no_score_and_says_so(file_url: URL) -> None:
    with TemporaryDirectory() as directory:
        copy = file_url.set(database=str(shutil.copy(str(file_url.database), f"{directory}/scores.db")))
        async with open_test_backend(copy) as backend:
            await backend.create_event()
            await backend.submit(1, 100)
            await backend.settle_ratings()
        async with open_test_backend(copy) as backend:
            with written_by_nobody(Path(directory)):
                await unavailable(backend.submit(2, 200), backend.run())
                assert not (await examine_database(backend.database)).is_good
        async with open_test_backend(copy) as backend:
            await backend.submit(2, 200)
            await works(backend, players=2)


@contextmanager
def damaged(file: Path, first_page: int, pages: int | None) -> Iterator[None]:
    """Overwrite pages of a file with nonsense, and restore the file in the end."""
    with closing(sqlite3.connect(file)) as connection:
        # Connections that close at the same moment leave written data outside the file.
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = file.read_bytes()
    begin = first_page * PAGE_BYTES
    end = len(whole) if pages is None else begin + pages * PAGE_BYTES
    file.write_bytes(whole[:begin] + bytes([0xA5]) * (end - begin) + whole[end:])
    try:
        yield
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize(("first_page", "pages"), [(2, 10), (1, None), (0, None)])
async def test_a_damaged_file_takes_no_score_until_it_is_replaced(
    file_url: URL, first_page: int, pages: int | None
) -> None:
    async with open_test_backend(file_url) as backend:
        await backend.create_event()
        await backend.submit(1, 100)
        await backend.settle_ratings()
    with damaged(Path(str(file_url.database)), first_page, pages):
        async with open_test_backend(file_url) as backend:
            await unavailable(backend.submit(2, 200), backend.page())
    async with open_test_backend(file_url) as backend:
        await backend.submit(2, 200)
        await works(backend, players=2)


async def works(backend: TestBackend, players: int) -> None:
    assert (await backend.page()).players == players
    await backend.real.scoring.recalculate(1)
    assert await backend.differences() == []
