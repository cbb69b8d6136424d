"""Describe the machine on which the measurements ran."""

import asyncio
import os
import platform
import sqlite3
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import NullPool, make_url, text

from bot.database.dialect import open_engine
from tests.own_servers import DATABASE_VARIABLE

ADDITIONS = 20_000_000
_LIBRARIES = ("discord.py", "SQLAlchemy", "asyncpg", "aiosqlite")
_SETTINGS = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size", "jit")


def describe_machine() -> str:
    """Return the machine, the versions and the servers' settings, as Markdown."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    settings = asyncio.run(_postgres_settings())
    return "\n".join(
        [
            f"- machine: {_processor()}, {os.cpu_count()} cores, {_memory()} GiB, {platform.platform()}",
            f"- speed: {ADDITIONS:,} additions in plain Python take {_speed():.1f} s",
            f"- Python {platform.python_version()}, {libraries}",
            "- PostgreSQL: " + ", ".join(f"{name} {value}" for name, value in settings.items()),
            f"- SQLite {sqlite3.sqlite_version}, journal_mode WAL, synchronous FULL",
            f"- commit: {_commit()}",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _speed() -> float:
    """Return how many seconds of processor time a fixed task takes: machines of one name may differ threefold."""
    before, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    return time.process_time() - before


def _memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def _commit() -> str:
    """Return the commit, marked if anything differs from it but the results that other benchmarks have just written."""
    commit = _git("describe", "--always") or "unknown"
    is_changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results")
    return f"{commit}-dirty" if is_changed else commit


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False).stdout.strip()


async def _postgres_settings() -> dict[str, str]:
    engine = open_engine(make_url(os.environ[DATABASE_VARIABLE]), poolclass=NullPool)
    async with engine.connect() as connection:
        return {name: await connection.scalar(text(f"SHOW {name}")) for name in _SETTINGS}
