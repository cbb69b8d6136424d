"""The demo, as a newcomer starts it: a process, no settings, and a page on loopback."""

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from discord import Client, Intents
from simcord import Env

from bot.__main__ import main
from bot.demo import TICK_SECONDS, SeasonClock
from bot.demo._picture import description, timeless
from tests.wire.process import BotProcess

PICTURE = Path(__file__).parents[1] / "docs" / "demo.png"


async def test_the_demo_plays_a_season_with_any_settings_and_verifies_it() -> None:
    nonsense = {"DATABASE_URL": "nonsense", "ELO_PER_SIGMA": "many"}
    async with BotProcess("demo", "--no-page", env=nonsense) as demo:
        assert await demo.wait_exit() == 0
    told = [
        "🎉",
        "(only Dario sees this)\n                  ⚠️ Write “1,5” as 1.5.",
        "You can submit again in 40 seconds.",
        "🥇 Ben · 58.34s · 1141\n                  🥇 Emi · 58.34s · 1141\n                  🥉 Ana",
        "(only Mira sees this)\n                  Preview: nothing is closed yet.",
        "Overall 1\N{NO-BREAK SPACE}",
        "Close Tetris Blitz · ",
        "Scores after you close it count for ",
        "Mira clicks [Undo]",
        " is open again",
        "members with the *Manage Server* permission.",
    ]
    assert [part for part in told if part not in demo.output] == []
    assert re.search(r"It would run until Mon \d\d \w{3} 00:00 \(in \d days\)\.", demo.output)
    assert "<t:" not in demo.output
    assert re.search(r"2 events, \d\d submissions: 0 differences\.\n$", demo.output)
    # If this fails, run `make screenshot`.
    pictured = timeless([description(PICTURE)]).split("\n\n")
    assert [answer for answer in pictured if answer not in timeless([demo.output])] == []


@pytest.mark.parametrize("options", [[], ["--empty"]])
async def test_the_demo_serves_its_page_until_it_is_interrupted(options: list[str]) -> None:
    async with BotProcess("demo", *options, env={}) as demo:
        await demo.while_running(demo.wait_output("Ctrl-C ends the demo."))
        url = re.search(r"http://127\.0\.0\.1:\d+/#\S+", demo.output)
        assert url is not None
        async with aiohttp.ClientSession() as browser, browser.get(url[0]) as page:
            assert page.status == 200
            assert "<html" in await page.text()
        demo.interrupt()
        assert await demo.wait_exit() == 0
    assert "Traceback" not in demo.output
    assert ("🎉" in demo.output) == (not options)


def test_an_installation_without_the_demo_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "simcord", None)
    assert main(["demo"]) == 2
    assert "make demo" in capsys.readouterr().err


async def test_on_the_page_the_clock_keeps_pace_with_the_real_one() -> None:
    clock = SeasonClock()
    clock.env = Env(Client(intents=Intents(guilds=True)))
    clock.move(datetime.now(UTC) - clock() - timedelta(hours=1))
    following = asyncio.create_task(clock.follow())
    await asyncio.sleep(TICK_SECONDS)
    assert datetime.now(UTC) - clock() < timedelta(hours=1)
    # A timer of the simulated Discord moves the same clock; then it waits for the real one.
    clock.move(timedelta(hours=1))
    await asyncio.sleep(TICK_SECONDS * 2)
    assert clock() - datetime.now(UTC) < timedelta(hours=1)
    following.cancel()
