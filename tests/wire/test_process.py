"""The runner of the bot's command line, tried with small programs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from .process import BotProcess

Program = Callable[..., BotProcess]


@pytest.fixture
def program(tmp_path: Path) -> Program:
    def write(source: str, env: Mapping[str, str] = MappingProxyType({"SETTING": "given"})) -> BotProcess:
        (tmp_path / "program.py").write_text(source)
        return BotProcess("an argument", env=env, cwd=tmp_path, module="program")

    return write


async def test_only_what_is_given_reaches_the_process(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "the developer's own")
    async with program("import os, sys; print(sys.argv[1:], sorted(os.environ)); sys.exit(3)") as process:
        assert await process.wait_exit() == 3
    assert "['an argument']" in process.output
    assert "'SETTING'" in process.output
    assert "DISCORD_TOKEN" not in process.output


@pytest.mark.parametrize(("stop", "code"), [(BotProcess.terminate, -15), (BotProcess.kill, -9)])
async def test_a_signal_ends_the_process(program: Program, stop: Callable[[BotProcess], None], code: int) -> None:
    async with program("import time; print('up'); time.sleep(3600)") as process:
        await process.wait_output("up")
        stop(process)
        assert await process.wait_exit() == code


async def test_an_interrupt_is_what_the_keyboard_sends(program: Program) -> None:
    async with program("import time; print('up'); time.sleep(3600)") as process:
        await process.wait_output("up")
        process.interrupt()
        await process.wait_exit()
    assert "KeyboardInterrupt" in process.output


async def test_a_process_that_dies_ends_the_wait_and_shows_its_output(program: Program) -> None:
    with pytest.raises(AssertionError, match="ended with 1") as error:
        async with program("raise SystemExit('no database')") as process:
            await process.while_running(asyncio.Event().wait())
    assert "no database" in error.value.__notes__[0]


@pytest.mark.parametrize("secret", ["the token", "hunter2", "s3same", "redis://:s3same@host:6379/0"])
async def test_a_process_that_shows_a_secret_of_its_settings_is_found_out(program: Program, secret: str) -> None:
    env = {
        "DISCORD_TOKEN": "the token",
        "DATABASE_URL": "postgresql://bot:hunter2@host/name",
        "REDIS_URL": "redis://:s3same@host:6379/0",
    }
    with pytest.raises(AssertionError, match="the output holds"):
        async with program(f"print('all is {secret}')", env) as process:
            await process.wait_exit()


async def test_a_process_left_running_is_killed(program: Program) -> None:
    async with program("import time; time.sleep(3600)") as process:
        assert process.returncode is None
    assert process.returncode == -9
