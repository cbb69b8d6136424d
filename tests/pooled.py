"""Run tests through a real PgBouncer: `make pooled` runs them in each of its modes, with its default settings.

Each test reaches its databases through PgBouncer (`POOLER_VARIABLE`). PgBouncer discards the state of a session between
two transactions or, in session mode, when a connection ends. If PgBouncer is missing, the run fails and says so.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import URL, make_url

from tests.databases import POOLER_VARIABLE
from tests.own_servers import DATABASE_VARIABLE, postgres_server
from tests.patience import UNTIL_IT_HANGS

MODES = ("session", "transaction")
PLAYED = (
    "tests/submissions/test_submitting.py",
    "tests/weeks/test_weekly_run.py",
    "tests/verification/test_verification.py",
)


@contextmanager
def pgbouncer(server: URL, mode: str) -> Iterator[URL]:
    """Start a PgBouncer in front of a server, and provide the URL of the same database through it."""
    program = shutil.which("pgbouncer")
    if program is None:
        raise FileNotFoundError("There is no pgbouncer: install it (apt-get install pgbouncer).")
    port = _free_port()
    with TemporaryDirectory(prefix="leaderboard-pgbouncer-") as folder:
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(_settings(server, mode, port))
        # PgBouncer refuses to run as root.
        user = ["--user=nobody"] if os.name == "posix" and os.geteuid() == 0 else []
        process = subprocess.Popen([program, "--quiet", *user, str(settings)], start_new_session=True)
        try:
            _wait_for(process, port)
            yield URL.create(server.drivername, server.username, None, "127.0.0.1", port, server.database)
        finally:
            process.terminate()
            process.wait()


def _settings(server: URL, mode: str, port: int) -> str:
    """Return the settings that PgBouncer requires; all others keep their defaults."""
    host = server.host or server.query["host"]
    password = "" if server.password is None else f" password='{server.password}'"
    return "\n".join(
        (
            "[databases]",
            f"* = host={host} port={server.port or 5432} user={server.username}{password}",
            "[pgbouncer]",
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =",
            f"auth_type = any\npool_mode = {mode}\n",
        )
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + UNTIL_IT_HANGS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), UNTIL_IT_HANGS).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def main(arguments: list[str]) -> int:
    """Run the tests in each mode; return the exit code of the first mode that fails, or 0."""
    with postgres_server() as server:
        for mode in MODES:
            with pgbouncer(make_url(server), mode) as url:
                print(f"Through PgBouncer in {mode} mode:", flush=True)
                environment = {DATABASE_VARIABLE: server, POOLER_VARIABLE: url.render_as_string(hide_password=False)}
                done = subprocess.run(
                    [sys.executable, "-m", "pytest", "--database", "postgresql", *PLAYED, *arguments],
                    env=os.environ | environment,
                    check=False,
                )
            if done.returncode != 0:
                return done.returncode
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (FileNotFoundError, pytest.UsageError) as error:
        sys.exit(str(error))
