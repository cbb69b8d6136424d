"""Pictures are drawn outside the bot: the bot goes on meanwhile, and after any failure the next picture is drawn."""

import asyncio
import io
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.sample_pictures import NAMES, closed_week, history, profile, rating, samples
from bot.config import Settings
from bot.errors import PictureNotDrawn
from bot.ui.pictures import (
    Picture,
    Studio,
    _studio,
    picture_of_history,
    picture_of_profile,
    picture_of_rating,
    picture_of_week,
)
from tests.one_database import on_one_database
from tests.patience import UNTIL_IT_HANGS

pytestmark = on_one_database

holds_processes = pytest.mark.skipif(sys.platform == "win32", reason="Windows holds no process")
AT_ONCE = 20
WIDEST = "W" * 32
HOSTILE = (
    '#panic("x")',
    "#rect(width: 390pt, height: 400pt, fill: red)",
    '"]); #place(rect(width: 390pt, height: 400pt, fill: red)); #text("',
    '#read("/etc/passwd")',
    "$ x^2 $ *bold* _it_ `raw` @ref <label> = heading // comment /* */",
    "\\u{41} \\# \\\\ ~ -- --- ...",
    '{"kind": "line"}',
    "<svg onload=alert(1)>&amp;",
    "\u202eEvil\u202c \u2066a\u2069",
    "Z" + "\u0336\u0322\u031b" * 9,
)
RED = (255, 65, 54)
"""The colour that Typst calls red."""


@pytest.fixture
async def studio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Studio]:
    monkeypatch.setattr(_studio, "LONGEST_SECONDS", UNTIL_IT_HANGS)
    studio = Studio()
    yield studio
    await studio.close()


def numbered(count: int) -> list[Picture]:
    return [picture_of_rating(rating(f"Ana {number}")) for number in range(count)]


def environment_of(process: int) -> str:
    return Path(f"/proc/{process}/environ").read_text()


def painter_of(studio: Studio) -> asyncio.subprocess.Process:
    assert studio._painter is not None
    return studio._painter


async def test_each_kind_of_picture_is_two_pixels_a_point_and_tells_its_numbers(studio: Studio) -> None:
    told = {"rating": "event Elo 1060", "week": "#10 李小龍", "history": "16 scores", "profile": "Weeks won 4"}
    for picture in samples():
        with Image.open(io.BytesIO(await studio.draw(picture))) as image:
            assert image.format == "PNG"
            assert image.width == 780
        assert told[picture.name.removesuffix(".png")] in picture.description
        assert len(picture.description) <= 1_024


@pytest.mark.parametrize("players", [1, 2, 3, 10])
async def test_a_week_of_few_players_is_drawn_too(players: int, studio: Studio) -> None:
    page = closed_week((WIDEST, *NAMES)[:players])
    assert await studio.draw(picture_of_week(page))


@pytest.mark.parametrize(
    "picture",
    [
        picture_of_rating(rating(WIDEST, ())),
        picture_of_rating(rating(weekly=(-300, None, 1_244))),
        picture_of_history(history(scores=((0, 9_800),))),
        picture_of_profile(profile(WIDEST, 9)),
    ],
    ids=["no week", "Elos below 0", "one score", "many events"],
)
async def test_what_is_not_usual_is_drawn_too(picture: Picture, studio: Studio) -> None:
    assert await studio.draw(picture)


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_name_is_never_read_as_a_program(name: str, studio: Studio) -> None:
    with Image.open(io.BytesIO(await studio.draw(picture_of_week(closed_week((name, name, "Ana", name)))))) as image:
        colors = image.convert("RGB").getcolors(1 << 24)
    assert colors is not None
    assert RED not in {color for _, color in colors}


async def test_equal_pictures_are_drawn_once(studio: Studio) -> None:
    first, *others = await asyncio.gather(*(studio.draw(picture) for picture in numbered(1) * AT_ONCE))
    painter_of(studio).kill()
    assert {first, *others, await studio.draw(*numbered(1))} == {first}


@holds_processes
async def test_the_bot_goes_on_while_pictures_are_drawn(studio: Studio) -> None:
    await studio.draw(samples()[0])
    os.kill(painter_of(studio).pid, signal.SIGSTOP)
    asked = [asyncio.create_task(studio.draw(picture)) for picture in numbered(AT_ONCE)]
    # If the bot drew any of them itself, it would wait here for ever.
    async with asyncio.timeout(UNTIL_IT_HANGS):
        for _ in range(100):
            await asyncio.sleep(0.001)
    assert not any(task.done() for task in asked)
    os.kill(painter_of(studio).pid, signal.SIGCONT)
    assert len(set(await asyncio.gather(*asked))) == AT_ONCE


@holds_processes
async def test_when_too_many_wait_further_pictures_are_refused(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_studio, "MOST_WAITING", 2)
    await studio.draw(samples()[0])
    os.kill(painter_of(studio).pid, signal.SIGSTOP)
    waiting = [asyncio.create_task(studio.draw(picture)) for picture in numbered(2)]
    await asyncio.sleep(0)
    with pytest.raises(PictureNotDrawn):
        await studio.draw(samples()[1])
    os.kill(painter_of(studio).pid, signal.SIGCONT)
    await asyncio.gather(*waiting)
    assert await studio.draw(samples()[1])


@holds_processes
async def test_a_picture_that_takes_too_long_is_given_up(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    await studio.draw(samples()[0])
    os.kill(painter_of(studio).pid, signal.SIGSTOP)
    with monkeypatch.context() as patch:
        patch.setattr(_studio, "LONGEST_SECONDS", 0.05)
        with pytest.raises(PictureNotDrawn):
            await studio.draw(samples()[1])
    assert await studio.draw(samples()[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells of a process")
async def test_the_process_that_draws_knows_no_secret(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = ("DISCORD_TOKEN", "DATABASE_URL", "REDIS_URL", "POSTGRES_PASSWORD", "PGPASSWORD")
    for name in secrets:
        monkeypatch.setenv(name, "hunter2")
    await studio.draw(samples()[0])
    environment = environment_of(painter_of(studio).pid)
    assert "hunter2" not in environment
    assert "RAYON_NUM_THREADS=1" in environment


def test_no_setting_is_named_like_what_the_process_that_draws_is_told() -> None:
    assert [name for name in Settings.model_fields if name.upper().startswith(_studio.KEPT)] == []


@holds_processes
async def test_after_a_crash_amid_a_picture_the_next_one_is_drawn(studio: Studio) -> None:
    await studio.draw(samples()[0])
    os.kill(painter_of(studio).pid, signal.SIGSTOP)
    asked = asyncio.create_task(studio.draw(samples()[1]))
    await asyncio.sleep(0.01)
    painter_of(studio).kill()
    with pytest.raises(PictureNotDrawn):
        await asked
    assert await studio.draw(samples()[1])


async def test_after_a_crash_between_two_pictures_the_next_one_is_drawn(studio: Studio) -> None:
    await studio.draw(samples()[0])
    painter = painter_of(studio)
    painter.kill()
    await painter.wait()
    assert await studio.draw(samples()[1])


async def test_after_a_picture_that_cannot_be_drawn_the_next_one_is(
    studio: Studio, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PictureNotDrawn):
        await studio.draw(Picture("broken.png", "{}", ""))
    assert "a picture could not be drawn: dictionary does not contain key" in caplog.text
    assert await studio.draw(samples()[1])


async def test_without_the_engine_there_is_no_picture_and_nothing_worse(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_studio, "PAINTER", tmp_path / "missing.py")
    with pytest.raises(PictureNotDrawn):
        await studio.draw(samples()[0])


async def test_the_process_ends_when_nobody_asks_and_after_some_pictures(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = numbered(3)
    with monkeypatch.context() as patch:
        patch.setattr(_studio, "MOST_DRAWN", 2)
        await studio.draw(first)
        painter = painter_of(studio)
        await studio.draw(second)
        assert studio._painter is None
        await painter.wait()
    await studio.draw(third)
    painter = painter_of(studio)
    monkeypatch.setattr(_studio, "IDLE_SECONDS", 0.0)
    await studio._open()
    async with asyncio.timeout(UNTIL_IT_HANGS):
        await painter.wait()
    assert studio._painter is None
