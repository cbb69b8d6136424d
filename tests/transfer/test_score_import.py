"""`/import` of a table of scores: previewed first, then counted once, and undone exactly."""

from dataclasses import replace

import pytest

from bot.database.models import AuditLog, Event
from bot.domain import score_files
from bot.errors import ImportGone, NothingToImport
from tests import tables
from tests.backends import ADMIN, EVENT, DeadProcess, TestBackend, with_recalculation
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.transfer.test_transfer import exported
from tests.world import World

ANA, BOB, CAI = 1, 2, 3
CHANGES = {"id", "version", "scores_version", "elo_version", "elo_field_version", "elo_submission_id", "updated_at"}
"""Columns that move on with every change, or only reflect how the rest is counted."""
COUNTED = CHANGES | {"score_origin", "score_mean", "score_m2", "score_m2_peak", "elo_origin", "elo_centre"}
COUNTED |= {f"week_{name}" for name in ("origin", "mean", "m2", "m2_peak", "count", "number")}
PEOPLE = ("players", "members", "audit_log", "jobs")
"""Tables that keep the new players after an undo."""


LATE, ONLY = b"player,score,time\n<@1>,150,2026-11-04 13:00\n", b"player,score,time\n<@3>,95,2026-11-17 11:00\n"


@pytest.fixture
async def played(backend: TestBackend) -> TestBackend:
    """An event with two closed weeks, 2026-W45 and 2026-W46, and scores in 2026-W47."""
    await backend.create_event()
    await backend.play({ANA: 50, BOB: 100}, {ANA: 80}, {ANA: 60})
    backend.clock.move(weeks=-1)
    await backend.run("2026-W45")
    await backend.run("2026-W46")
    backend.clock.move(weeks=1)
    await backend.rate()
    return backend


FILE = (
    b"player,score,time\n"
    b"Player 2,300,2026-11-04 10:00\n"
    b"<@3>,90,2026-11-11 10:00\n"
    b"<@4>,70,2026-11-17 10:00\n"
    b"Player 1,50,2026-11-04 12:00\n"
    b"Nobody,1,2026-11-04 12:00\n"
)


async def test_scores_are_imported_as_if_submitted_and_taken_back_exactly(played: TestBackend) -> None:
    transfer, database = played.real.services.transfer, played.database
    everything = await tables.contents(database)
    before = await tables.contents(database, without=COUNTED, except_for=PEOPLE)

    plan = await transfer.plan_scores(ADMIN, EVENT, FILE)
    assert (len(plan.new), plan.known, plan.players, list(map(str, plan.weeks)), [one.line for one in plan.bad]) == (
        *(3, 1, 3),
        ["2026-W45", "2026-W46"],
        [6],
    )
    assert await tables.contents(database) == everything

    done = await transfer.import_scores(replace(ADMIN, interaction_id=77), EVENT, FILE)
    assert done.plan == plan
    assert await played.differences() == []
    stats = await tables.stats(database, 1)
    assert {player: row.weeks_participated for player, row in stats.items()} == {ANA: 2, BOB: 2, CAI: 1, 4: 0}
    page = await played.page()
    assert [(row.player.name, row.score) for row in page.standings] == [
        *(("Player 2", 300), ("3", 90), ("Player 1", 80), ("4", 70)),
    ]
    with pytest.raises(NothingToImport):
        await transfer.import_scores(ADMIN, EVENT, FILE)

    taken = await transfer.take_back(ADMIN, EVENT, done.import_id)
    assert (taken.scores, taken.weeks) == (3, plan.weeks)
    assert await played.differences() == []
    assert await tables.contents(database, without=COUNTED, except_for=PEOPLE) == before
    with pytest.raises(ImportGone):
        await transfer.take_back(ADMIN, EVENT, done.import_id)
    logged = [row for row in await tables.rows(database, AuditLog) if "import" in row["action"]]
    assert [(row["action"], row["detail"]) for row in sorted(logged, key=lambda row: row["id"])] == [
        ("import scores", {"scores": 3, "players": 3, "run_again": ["2026-W45", "2026-W46"]}),
        ("take import back", {"scores": 3, "run_again": ["2026-W45", "2026-W46"]}),
    ]


@pytest.mark.parametrize("is_taken_back", [False, True], ids=["imported", "taken back"])
@pytest.mark.parametrize("file", [LATE, ONLY], ids=["closed week", "only score"])
async def test_elos_follow_an_import_while_others_await_a_recalculation(
    played: TestBackend, file: bytes, is_taken_back: bool
) -> None:
    transfer, idle = played.real.services.transfer, with_recalculation(played, DeadProcess())
    await played.submit(CAI, 10)
    await played.real.services.removals.remove(ADMIN, EVENT, CAI)
    if is_taken_back:
        done = await transfer.import_scores(ADMIN, EVENT, file)
        await played.rate()
        await idle.submit(BOB, 250)
        await transfer.take_back(ADMIN, EVENT, done.import_id)
    else:
        await idle.submit(BOB, 250)
        await transfer.import_scores(ADMIN, EVENT, file)
    await played.rate()
    assert await played.differences() == []


@on_one_database
async def test_a_newcomer_has_the_first_name_in_a_file_and_plays_here(played: TestBackend) -> None:
    there = replace(ADMIN, guild_id=3003)
    await played.create_event(actor=there)
    await played.submit(4, 1, guild_id=3003)
    await played.real.services.withdrawals.withdraw(there, 4)
    file = b"player,discord,score,time\nZo,<@4>,95,2026-11-17 11:00\nZoe,<@4>,70,2026-11-17 10:00\n"
    await played.real.services.transfer.import_scores(ADMIN, EVENT, file)
    newcomer = (await played.page()).standings[1]
    assert (newcomer.player.name, newcomer.score) == ("Zoe", 95)


async def ask(world: World, content: bytes, who: str | None = None) -> Seen:
    file = ("scores.csv", content)
    return await world.use(world.admin if who is None else who, "import", event=EVENT, file=file)


async def test_an_event_goes_elsewhere_with_omitted_players_without_scores(
    played: TestBackend,
) -> None:
    transfer = played.real.services.transfer
    file = b"player,score,time\n<@4>,70,2026-11-17 10:00\n"
    done = await transfer.import_scores(replace(ADMIN, interaction_id=77), EVENT, file)
    await played.real.services.withdrawals.withdraw(ADMIN, 4)
    await played.run()
    await transfer.take_back(ADMIN, EVENT, done.import_id)

    [event] = await tables.rows(played.database, Event)
    whole = (await exported(played))["event.json"]

    assert event["name"] in whole.decode()
    await transfer.import_event(replace(ADMIN, guild_id=3003), whole)
    assert await played.differences() == []


@on_one_database
@on_both_databases
async def test_an_import_is_shown_done_once_and_taken_back_by_buttons(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    ana = world.member("Ana").id
    file = (
        f"player,score,time\nAna,200,2026-11-17\n<@{ana}>,300,2026-11-10\nZoé,1,2026-11-17\nAna,x,2026-11-17\n".encode()
    )

    asked = await ask(world, file)

    assert asked.is_private
    assert asked.alone.startswith("Import into Tetris Blitz?\n**2 new scores** of 1 player\n**Left out: 2 rows**\n")
    assert "Line 4: “Zoé”: no player of this server has that name" in asked.alone
    assert "Line 5: “x”: it is no score" in asked.alone
    assert list(asked.buttons) == ["Import", "Cancel"]
    await world.restart_bot()
    imported = await world.click(world.admin, asked, "Import")
    assert "Scores imported\n**Tetris Blitz**: **2 new scores** of 1 player" in imported.public
    assert "300" in await world.board()
    assert "Import into Tetris Blitz\nNothing in it is new.\nHere already: 2 rows\n" in await ask(world, file)
    taken = await world.click(world.admin, imported, "Take the import back")
    assert "Import taken back\n**Tetris Blitz**: 2 scores taken out" in taken.public
    assert "300" not in (await world.board()).text.partition("\n")[2].partition("·")[0]


@on_one_database
async def test_every_row_that_is_left_out_is_named_with_its_line(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    rows = [f"Player {number},{number},2026-11-17" for number in range(1, 13)]
    nothing_new, asked = [
        await ask(world, "\n".join(["player,score,time", *rows, *new]).encode()) for new in ([], ["Ana,200,2026-11-17"])
    ]
    for seen in (nothing_new, asked):
        assert "Line 11: “Player 10”" in seen.alone
        assert "… and 2 more rows: see the file" in seen.alone
        assert seen.message is not None
        told = (await seen.message.attachments[-1].read()).decode().splitlines()
        assert [line.partition(":")[0] for line in told] == [f"Line {number}" for number in range(2, 14)]
        assert told[-1] == "Line 13: “Player 12”: no player of this server has that name"
    assert "**1 new score**" in (await world.click(world.admin, asked, "Import")).public


@on_one_database
async def test_an_import_that_cannot_be_is_refused_and_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create_event()
    assert "Only admins" in await world.refused(ask(world, FILE, "Ana"))
    assert "no table of scores" in await world.refused(ask(world, b"\x00"))
    monkeypatch.setattr(score_files, "MOST_ROWS", 3)
    assert "at most 1,000,000 bytes and 3 rows" in await world.refused(ask(world, FILE))
    assert "at most 1,000,000 bytes" in await world.refused(ask(world, b"x" * 1_000_001))
