"""`/import` of an exported event: previewed first, created once with every rating; hostile files are refused."""

import io
import json
from dataclasses import replace
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import pytest

from bot.database.models import AuditLog
from bot.errors import (
    EventFileBroken,
    EventFileNewer,
    EventFileTooLarge,
    EventNameTaken,
    LeaderboardError,
    NameTooLong,
    NotAllowed,
)
from bot.services.transfer import _archive
from bot.ui.refusals import tell_mistake
from tests import tables
from tests.backends import ADMIN, EVENT, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.transfer.test_transfer import ELSEWHERE, exported, play
from tests.world import World

KEPT = ("all_time_leaderboard_elo", "weekly_elo_average", "weeks_participated", "calculated_event_elo")
THERE = replace(ADMIN, guild_id=ELSEWHERE)
STRANGER = replace(THERE, manages_guild=False)
FARTHEST = "9998-W52"


async def exported_file(world: World) -> tuple[str, bytes]:
    """Let the admin export the event, and return the file that the bot hands out."""
    handed = (await world.use(world.admin, "export", event=EVENT)).message
    assert handed is not None
    return "export.zip", await handed.attachments[0].read()


@on_one_database
async def test_an_import_from_another_time_zone_says_by_whose_time_weeks_are(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 300)
    await world.reset()
    file = await exported_file(world)
    other = world.add_server("Elsewhere")
    await world.use(other.admin, "settings", **{"time-zone": "Berlin"})

    asked = await world.use(other.admin, "import", file=file)

    assert "\nIts closed weeks are by UTC time, later ones by Europe/Berlin time.\n" in asked


@on_one_database
@on_both_databases
async def test_an_exported_file_makes_the_same_event_elsewhere_once(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 300, "Bob": 200.5, "Cai": 100})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit("Ana", 400)
    await world.settle_ratings()
    file = await exported_file(world)
    other = world.add_server("Elsewhere")

    assert "Only admins" in await world.refused(world.use(other.member("Mia"), "import", file=file))
    asked = await world.use(other.admin, "import", file=file, event="Blitz Again")

    assert asked.is_private
    assert asked.alone.startswith(
        "Make Blitz Again in this server?\n**4 scores** of 3 players, 1 closed week\nNew to this server: 3 players\n"
    )
    assert "no undo, but `/event archive` stops it" in asked.alone
    assert list(asked.buttons) == ["Import", "Cancel"]
    twin = await world.use(other.admin, "import", file=file, event="Blitz Again")
    await world.restart_bot()
    imported = await world.click(other.admin, asked, "Import")
    assert "Event imported\n**Blitz Again**: **4 scores** of 3 players, 1 closed week" in imported.public
    assert await world.backend.differences() == []
    here, there = [await tables.stats(world.backend.database, event) for event in (1, 2)]
    assert [[getattr(row, name) for name in KEPT] for row in there.values()] == [
        [getattr(row, name) for name in KEPT] for row in here.values()
    ]
    assert there.keys() == here.keys()

    before = await world.tables()
    await world.deliver_again()
    assert "Blitz Again has every score" in await world.refused(world.click(other.admin, twin, "Import"))
    assert "all of it is here already" in await world.use(other.admin, "import", file=file, event="blitz again")
    assert await world.tables() == before
    logged = [row for row in await tables.rows(world.backend.database, AuditLog) if row["action"] == "import event"]
    assert [(row["actor_id"], row["guild_id"], row["detail"]) for row in logged] == [
        (other.admin.id, other.guild.id, {"scores": 4, "closed_weeks": 1})
    ]


@on_one_database
async def test_a_file_that_cannot_be_imported_is_refused_in_a_sentence(world: World) -> None:
    assert "Which event are the scores for?" in await refusal_of(world, b"player,score,time\nAna,1,2026-11-17\n")
    assert "no event that `/export` wrote: “line 1, column 12: this is no valid JSON" in await refusal_of(
        world, b'{"format": '
    )
    assert "at most 5,000,000 bytes, unpacked, and" in await refusal_of(world, b"{" * 5_000_001)


async def refusal_of(world: World, content: bytes) -> str:
    return await world.refused(world.use(world.admin, "import", file=("event.json", content)))


def zipped(files: dict[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with ZipFile(archive, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return archive.getvalue()


def lying(archive: bytes) -> bytes:
    """Return an archive that falsely states a content of one byte."""
    with ZipFile(io.BytesIO(archive)) as files:
        size = files.infolist()[0].file_size
    return archive.replace(size.to_bytes(4, "little"), (1).to_bytes(4, "little"))


BOMB = zipped({"event.json": b" " * 50_000_000})
FILES: dict[str, tuple[bytes, type[LeaderboardError], str]] = {
    "no JSON": (b'{"format": ', EventFileBroken, "line 1, column 12: this is no valid JSON"),
    "no text": (b'{"\xff": 1}', EventFileBroken, "this is no valid JSON"),
    "nested without end": (b"[" * 100_000, EventFileBroken, "this is no valid JSON"),
    "a number without end": (b'{"version": ' + b"9" * 5_000 + b"}", EventFileBroken, "this is no valid JSON"),
    "members without end": (b"{" + b",".join([b'"a":1'] * 101) + b"}", EventFileBroken, "more than 100 members"),
    "values without end": (b'{"players": [' + b"1," * 500_001 + b"1]}", EventFileBroken, "more than 500,000 values"),
    "a ZIP bomb": (BOMB, EventFileTooLarge, ""),
    "a ZIP bomb that lies": (lying(BOMB), EventFileBroken, "the ZIP cannot be read"),
    "a ZIP of a method that takes memory": (zipped({"event.json": b"{}"}, ZIP_LZMA), EventFileBroken, "the ZIP cannot"),
    "half a ZIP": (BOMB[:100], EventFileBroken, "the ZIP cannot be read"),
    "a ZIP of something else": (zipped({"photo.png": b""}), EventFileBroken, "the ZIP has no event.json"),
    "a ZIP of two events": (zipped({"event.json": b"", "a/event.json": b""}), EventFileBroken, "several"),
}
CHANGES: dict[str, tuple[dict[str, Any], type[LeaderboardError], str]] = {
    "a foreign format": (
        {"format": "chess", "version": 2},
        EventFileBroken,
        "format: an exported event has something else",
    ),
    "a newer version": ({"version": 2, "awards": []}, EventFileNewer, ""),
    "lists of mistakes": (
        {"players": [1] * 1_000},
        EventFileBroken,
        "players 1: an exported event has something else here",
    ),
    "a text without end": ({"players 0 name": "x" * 10_001}, EventFileBroken, "players 1 name: this is too great"),
    "a time to come": ({"submissions 0 submitted_at": "2999-01-01T00:00:00Z"}, EventFileBroken, "a time is"),
    "a week to come": ({"submissions 0 week": "2026-W51"}, EventFileBroken, "a week is"),
    "a run to come": ({"runs 0 week": FARTHEST}, EventFileBroken, "a week is"),
    "a season without end": ({"event last_week": "9999-W52"}, EventFileBroken, "event last_week: Write the week"),
}


@on_one_database
async def test_hostile_or_foreign_files_are_refused_before_anything_is_written(
    backend: TestBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(backend)
    whole = (await exported(backend))["event.json"]
    await backend.create_event(name=EVENT.upper(), actor=THERE)
    before = await tables.contents(backend.database)
    cases = FILES | {what: (changed(whole, values), error, told) for what, (values, error, told) in CHANGES.items()}
    transfer = backend.real.services.transfer
    for what, (content, error, told) in cases.items():
        for doing in (transfer.plan_event(THERE, content, None), transfer.import_event(THERE, content)):
            with pytest.raises(error) as refused:
                await doing
            mistake = getattr(refused.value, "mistake", None)
            assert told in ("" if mistake is None else tell_mistake(mistake)), what
    monkeypatch.setattr(_archive, "MOST_RESULTS", 8)
    planned = await transfer.plan_event(THERE, changed(whole, {"submissions 0 week": "2026-W50"}), "Another")
    assert planned.plan.name == "Another"
    with pytest.raises(EventNameTaken):
        await transfer.plan_event(THERE, b"\xef\xbb\xbf" + whole, None)
    with pytest.raises(NameTooLong):
        await transfer.plan_event(THERE, whole, "x" * 101)
    for doing in (transfer.plan_event(STRANGER, whole, None), transfer.import_event(STRANGER, b"")):
        with pytest.raises(NotAllowed):
            await doing
    monkeypatch.setattr(_archive, "MOST_RESULTS", 7)
    with pytest.raises(EventFileTooLarge):
        await transfer.plan_event(THERE, whole, "Another")
    assert await tables.contents(backend.database) == before


def changed(whole: bytes, values: dict[str, Any]) -> bytes:
    """Return an exported event with some changed values."""
    document = json.loads(whole)
    for where, value in values.items():
        *path, last = [int(part) if part.isdigit() else part for part in where.split()]
        part = document
        for step in path:
            part = part[step]
        part[last] = value
    return json.dumps(document).encode()
