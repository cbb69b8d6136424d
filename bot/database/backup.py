"""Copy databases: back up a file, copy another program's file, or return the command that dumps a server."""

import os
import shlex
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import URL

from bot.database import dialect
from bot.database._server_url import native_url
from bot.domain.progress import Progress

_WRITE_VERSION = 18
"""The position of the byte that says whether a file uses a write-ahead log (https://www.sqlite.org/fileformat.html)."""
_WITH_LOG = b"\x02"
PAGES_AT_A_TIME = 1_000


def dump_command(url: URL, to: Path) -> str | None:
    """Return the command that backs up a server, without its password; None for a file (see `copy_file`)."""
    if dialect.is_file(url):
        return None
    address = native_url(url)
    return shlex.join(["pg_dump", "--format=custom", f"--file={to}", f"--dbname={address}"])


def copy_file(url: URL, to: Path, progress: Progress) -> None:
    """Copy a consistent state of a database file, even while processes write to it; report each page to `progress`.

    Raises:
        FileExistsError: `to` exists.
        OSError: the file is damaged or cannot be read, or the copy cannot be written; no copy remains.
    """
    if to.exists():
        raise FileExistsError(to)
    handle, unfinished = tempfile.mkstemp(dir=to.parent, prefix=f"{to.name}.")
    os.close(handle)
    try:
        with closing(sqlite3.connect(str(url.database))) as source, closing(sqlite3.connect(unfinished)) as copy:
            # Without a surrounding transaction, each write by another process would restart the copy.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=PAGES_AT_A_TIME, progress=_tell(progress))
            copy.execute("PRAGMA journal_mode = DELETE")
            (state,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise OSError(f"the database is damaged: {state}")
        Path(unfinished).rename(to)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        Path(unfinished).unlink(missing_ok=True)


@contextmanager
def copied(url: URL) -> Iterator[URL]:
    """Provide the URL of a temporary copy of another program's file; a server's URL stays the same.

    The original file stays untouched.

    Raises:
        OSError: the file is damaged or cannot be read.
    """
    if not dialect.is_file(url):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="leaderboard-") as folder:
        copy = Path(folder) / "copy.db"
        try:
            with closing(_open_to_read(Path(str(url.database)))) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        except sqlite3.Error as error:
            raise OSError(str(error)) from error
        yield url.set(database=str(copy))


def _open_to_read(file: Path) -> sqlite3.Connection:
    with file.open("rb") as opened:
        opened.seek(_WRITE_VERSION)
        has_log = opened.read(1) == _WITH_LOG
    # SQLite would create its own files beside a file with a log, unless it is told that nobody writes.
    is_at_rest = has_log and not file.with_name(f"{file.name}-wal").exists()
    mode = "immutable=1" if is_at_rest else "mode=ro"
    return sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True)


def _tell(progress: Progress) -> Callable[[int, int, int], None]:
    """Return a callback for SQLite that takes the remaining and the total number of pages."""
    copied = 0

    def tell(_status: int, remaining: int, total: int) -> None:
        nonlocal copied
        if copied == 0:
            progress.begin(total)
        progress.advance(total - remaining - copied)
        copied = total - remaining

    return tell
