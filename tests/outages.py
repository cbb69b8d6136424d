"""Watch, break or delay statements of the database."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.patience import UNTIL_IT_HANGS
from tests.wire.waiting import until


@contextmanager
def listening(target: Any, moment: str, listener: Callable[..., Any], *, retval: bool = False) -> Iterator[None]:
    """Let SQLAlchemy call a listener at each such event of a target, until the block ends."""
    event.listen(target, moment, listener, retval=retval)
    try:
        yield
    finally:
        event.remove(target, moment, listener)


@contextmanager
def statements_seen(part: str, then: Callable[[], None] = lambda: None) -> Iterator[list[str]]:
    """Yield a list of the executed statements that contain this text; call `then` before each."""
    seen: list[str] = []

    def look(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if part in statement:
            seen.append(statement)
            then()

    with listening(Engine, "before_cursor_execute", look):
        yield seen


def statements_fail(part: str) -> AbstractContextManager[list[str]]:
    """Break the connection at each statement that contains this text; yield these statements."""

    def break_connection() -> None:
        raise ConnectionResetError("the test broke the connection")

    return statements_seen(part, break_connection)


@contextmanager
def statement_waits(part: str, happened: Callable[[], bool]) -> Iterator[None]:
    """Delay the next statement that contains this text until something has happened."""
    was_slow = False

    async def until_then(_connection: Any) -> None:
        await until(happened, UNTIL_IT_HANGS, lambda: f"what {part!r} waits for")

    def wait(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal was_slow
        if part in statement and not was_slow:
            was_slow = True
            if threading.current_thread() is threading.main_thread():
                connection.connection.dbapi_connection.run_async(until_then)
            else:
                asyncio.run(until_then(None))

    with listening(Engine, "before_cursor_execute", wait):
        yield
