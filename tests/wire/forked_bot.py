"""The bot in a separate process that starts instantly: a fork of a process that has only imported everything.

It runs `python -m bot …` as `BotProcess` does, but without starting the interpreter.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.__main__ import main
from tests.patience import UNTIL_IT_HANGS, take_limits

from .discord_stub import DiscordStub
from .process import assert_keeps_secrets
from .waiting import until

T = TypeVar("T")

_forks = get_context("forkserver")
_forks.set_forkserver_preload([__name__])


class ForkedBot:
    """Runs a command with `env` as its settings, in a separate directory; leaving the context kills it."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        """Prepare the process; entering the context starts it."""
        self._arguments, self._env = arguments, dict(env)
        self._written: str | None = None

    async def __aenter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="bot-", ignore_cleanup_errors=True)
        self._log = Path(self._folder.name, "log")
        # Create the log in advance, for a process that is killed before it opens it.
        self._log.touch()
        given = (self._env, self._log, self._arguments)
        self._process = _forks.Process(target=_run, args=given, daemon=True)
        # The first start waits until everything is imported.
        await asyncio.to_thread(self._process.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.kill()
        self._written = self.output
        self._folder.cleanup()
        if error is not None:
            error.add_note(f"the bot ended with {self._process.exitcode} and wrote:\n{self.output}")
        else:
            assert_keeps_secrets(self.output, self._env)

    @property
    def output(self) -> str:
        """The output of the process so far, including its errors."""
        return self._log.read_text(errors="replace") if self._written is None else self._written

    async def kill(self) -> None:
        """Kill the process as a power cut would, and wait until it is gone."""
        self._process.kill()
        await asyncio.to_thread(self._process.join)

    def terminate(self) -> None:
        """Ask the process to end, as an operator does."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGTERM)

    async def stop(self) -> int | None:
        """Ask the process to end; return its exit code, or None if it hangs."""
        self.terminate()
        return await self.wait_exit()

    async def wait_exit(self) -> int | None:
        """Wait for the process to end; return its exit code, or None if it hangs."""
        await asyncio.to_thread(self._process.join, UNTIL_IT_HANGS)
        return self._process.exitcode

    async def wait_output(self, text: str) -> None:
        """Wait until the process has written this text."""
        await until(lambda: text in self.output, UNTIL_IT_HANGS, lambda: f"{text!r} in the output")

    async def while_running(self, doing: Coroutine[Any, Any, T]) -> T:
        """Return the result of `doing`; raise AssertionError as soon as the process ends before that."""
        task = asyncio.create_task(doing)
        while not task.done():
            await asyncio.wait({task}, timeout=0.05)
            if not task.done() and not self._process.is_alive():
                task.cancel()
                raise AssertionError(f"the bot ended with {self._process.exitcode} and wrote:\n{self.output}")
        return task.result()


async def end_of(work: Callable[..., None], *arguments: Any) -> int | None:
    """Run a function in a separate process, and return its exit code, or None if it hangs."""
    process = _forks.Process(target=work, args=arguments, daemon=True)
    await asyncio.to_thread(process.start)
    await asyncio.to_thread(process.join, UNTIL_IT_HANGS)
    return process.exitcode


@asynccontextmanager
async def forked(discord: DiscordStub, env: Mapping[str, str], already: int = 0) -> AsyncIterator[ForkedBot]:
    """Run the bot on a stub of Discord with `already` connected bots.

    Leaving the context waits until Discord has noticed the end.
    """
    async with ForkedBot("run", env=env) as bot:
        await bot.while_running(discord.wait_ready(already + 1))
        yield bot
    await discord.wait_gone(left=already)


def _run(env: dict[str, str], log: Path, arguments: tuple[str, ...]) -> None:
    os.environ.clear()
    os.environ.update(env)
    take_limits(os.environ)
    os.chdir(log.parent)
    output = os.open(log, os.O_WRONLY | os.O_TRUNC)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    sys.exit(main([*arguments]))
