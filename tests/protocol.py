"""Check everything sent to a PostgreSQL against what PgBouncer supports in transaction mode, with its defaults."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from asyncpg.protocol import Protocol

TAKEN_AT_START = {"user", "database", "client_encoding", "application_name"}
"""The connection parameters sent by tests that PgBouncer accepts."""
OUTLIVES_ITS_TRANSACTION = re.compile(
    r"^\s*SET\s+(?!LOCAL|TRANSACTION|CONSTRAINTS)|^\s*(LISTEN|PREPARE|LOAD)\b|\bpg_(try_)?advisory_lock"
    # The driver switches JIT off to look up types, and on again in the same transaction.
    r"|\bset_config\((?!'jit')[^()]*\bfalse\b|CREATE\s+TEMP|\bWITH\s+HOLD\b",
    re.IGNORECASE,
)


class Watch:
    """Inspects the messages of connections as they are sent.

    Attributes:
        sent: the statements that the server was asked to parse.
        kept: the statements that the server was asked to keep.
        violations: what a pooler would not support, one sentence each.
    """

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.kept: list[str] = []
        self.violations: list[str] = []

    def start(self, parameters: dict[str, str]) -> None:
        if not_taken := parameters.keys() - TAKEN_AT_START:
            self.violations.append(f"a connection was asked for with {', '.join(sorted(not_taken))}")

    def statement(self, name: str, text: str) -> None:
        self.sent.append(text)
        if name:
            self.kept.append(text)
            self.violations.append(f"a statement was kept: {text[:200]}")
        if _outlives_its_transaction(text):
            self.violations.append(f"a statement changed its session: {text[:200]}")


@lru_cache
def _outlives_its_transaction(text: str) -> bool:
    return OUTLIVES_ITS_TRANSACTION.search(text) is not None


class _Transport:
    """The transport to a server, which shows each message to a watcher."""

    def __init__(self, transport: Any, watch: Watch) -> None:
        self._transport, self._watch = transport, watch
        self._has_started = False
        self._unread = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: Any) -> None:
        self._unread += bytes(data)
        self._read()
        self._transport.write(data)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def _read(self) -> None:
        head = 1 if self._has_started else 0
        while len(self._unread) >= head + 4:
            (size,) = struct.unpack_from("!i", self._unread, head)
            if len(self._unread) < head + size:
                return
            kind, body = self._unread[:head], self._unread[head + 4 : head + size]
            self._unread = self._unread[head + size :]
            self._tell(kind, body)
            self._has_started, head = True, 1

    def _tell(self, kind: bytes, body: bytes) -> None:
        if not kind:
            # After the protocol version there are pairs of name and value, and an end.
            words = [word.decode() for word in body[4:].split(b"\0")]
            self._watch.start(dict(zip(words[:-2:2], words[1:-2:2], strict=True)))
        elif kind == b"P":
            name, text, _ = body.split(b"\0", 2)
            self._watch.statement(name.decode(), text.decode())
        elif kind == b"Q":
            self._watch.statement("", body[:-1].decode())


@contextmanager
def watched(*, as_pooler: bool = True) -> Iterator[Watch]:
    """Watch every connection of this process; act like a pooler, which reports its own process id."""
    watch = Watch()

    class WatchedProtocol(Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(_Transport(transport, watch))

        def get_server_pid(self) -> int:
            return 0 if as_pooler else int(super().get_server_pid())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("asyncpg.connect_utils.protocol.Protocol", WatchedProtocol)
        yield watch
