"""The bot as operators run it: ``python -m bot …`` in a separate process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from tests.patience import UNTIL_IT_HANGS

from .waiting import until

T = TypeVar("T")

_ROOT: Final = Path(__file__).parents[2]


def assert_keeps_secrets(output: str, settings: Mapping[str, str]) -> None:
    """Raise AssertionError if a process wrote the token, the password of a URL, or a URL with a password."""
    urls = [settings[name] for name in ("DATABASE_URL", "REDIS_URL") if urlsplit(settings.get(name, "")).password]
    secrets = {settings.get("DISCORD_TOKEN"), *urls, *(urlsplit(url).password for url in urls)} - {None, ""}
    shown = [secret for secret in secrets if secret is not None and secret in output]
    assert not shown, f"the output holds {shown}:\n{output}"


class BotProcess:
    """Runs the bot's command line with only the settings in ``env``, not the caller's or those of a .env file.

    The process works in ``cwd``, by default an empty directory. Leaving the context kills the process if it still runs.
    If an error is being raised, the error gets the output as a note; otherwise the output must contain no secret of
    ``env``.
    """

    def __init__(self, *arguments: str, env: Mapping[str, str], cwd: Path | None = None, module: str = "bot") -> None:
        self._command = (sys.executable, "-m", "tests.wire.launcher", module, *arguments)
        passed_on = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME") or "COVERAGE" in key}
        self._settings = env
        self._env = {**passed_on, "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1", **env}
        self._cwd = cwd
        self._output = bytearray()

    async def __aenter__(self) -> Self:
        self._directory = TemporaryDirectory(prefix="bot-", ignore_cleanup_errors=True)
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._env,
            cwd=self._cwd or self._directory.name,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.returncode is None:
            self.kill()
        await self._process.wait()
        await self._reading
        self._directory.cleanup()
        if error is not None:
            error.add_note(f"{' '.join(self._command)} ended with {self.returncode} and wrote:\n{self.output}")
        else:
            assert_keeps_secrets(self.output, self._settings)

    @property
    def output(self) -> str:
        """The output of the process so far, including its errors."""
        return self._output.decode(errors="replace")

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit code; None while the process runs, and the negative number of the signal that ended it."""
        return self._process.returncode

    async def wait_exit(self) -> int:
        """Return the exit code, once the process has ended and all output is read."""
        await until(lambda: self.returncode is not None, UNTIL_IT_HANGS, lambda: "the process to end")
        await self._reading
        return await self._process.wait()

    async def wait_output(self, text: str) -> None:
        """Wait until the process has written ``text``."""
        await until(lambda: text in self.output, UNTIL_IT_HANGS, lambda: f"{text!r} in the output")

    async def while_running(self, doing: Coroutine[Any, Any, T]) -> T:
        """Return the result of ``doing``; raise AssertionError as soon as the process ends before that."""
        task, end = asyncio.create_task(doing), asyncio.create_task(self._process.wait())
        await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not task.done():
            task.cancel()
            raise AssertionError(f"the process ended with {self.returncode}")
        return task.result()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while chunk := await self._process.stdout.read(65536):
            self._output += chunk
