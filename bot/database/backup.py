"""Back up a database: copy a file, or return the command that dumps a server."""

import os
import shlex
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from bot.database import dialect


def dump_command(url: URL, to: Path) -> str | None:
    """Return the command that backs up a server, without its password; None for a file (see `copy_file`)."""
    if dialect.is_file(url):
        return None
    address = dialect.native_url(url).render_as_string()
    return shlex.join(["pg_dump", "--format=custom", f"--file={to}", f"--dbname={address}"])


def copy_file(url: URL, to: Path) -> None:
    """Copy a consistent state of a database file, even while processes write to it.

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
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            (state,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise OSError(f"the database is damaged: {state}")
        Path(unfinished).rename(to)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
    finally:
        Path(unfinished).unlink(missing_ok=True)
