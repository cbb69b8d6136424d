"""`/export`: only an admin gets the tables of an event, which are harmless in a spreadsheet."""

import json

import pytest

from bot.domain.transfer import Cell, file_name, inert
from bot.services.transfer import _service
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.patience import hasty
from tests.transfer.reading import files_of, table
from tests.world import World

pytestmark = on_one_database

TABLES = ("submissions.csv", "runs.csv", "results.csv", "standings.csv")


@on_both_databases
async def test_an_admin_alone_gets_all_of_an_event(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 300, "Bob": 200.5, "Cai": 300})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit("Ana", 400, proof="https://example.com/run")
    await world.backend.real.services.removals.remove(world.as_actor(), EVENT, world.member("Cai").id, reason="typo")

    seen = await world.use(world.admin, "export", event="tetris")

    assert seen.is_private
    assert seen.alone.startswith("Exported\n**Tetris Blitz**: ")
    files = await files_of(seen)
    assert tuple(files) == (*TABLES, "event.json")
    ana, bob, cai = (f"<@{world.member(name).id}>" for name in ("Ana", "Bob", "Cai"))
    titles, *submissions = table(files["submissions.csv"])
    first = "2026-11-18T12:00:00+00:00"
    assert dict(zip(titles, submissions[0], strict=True)) == {
        "submission": "1",
        "player": "Ana",
        "discord": ana,
        "score": "300",
        "shown": "300 points",
        "submitted_at": first,
        "counts_for": "2026-W47",
        "made_in": "2026-W47",
        "proof": "",
        "added_by": "",
        "removed_at": "",
        "removed_by": "",
        "removal_reason": "",
    }
    assert [row[3] for row in submissions] == ["300", "200.5", "300", "400"]
    assert submissions[2][-2:] == [f"<@{world.admin.id}>", "typo"]
    assert submissions[3][8] == "https://example.com/run"
    [_, run] = table(files["runs.csv"])
    assert (run[0], run[3], run[-3:]) == ("2026-W47", "3", ["1000", "200.0".removesuffix(".0"), "0"])
    results = [row[:5] for row in table(files["results.csv"])[1:]]
    assert results == [
        ["2026-W47", "1", "Ana", ana, "300"],
        ["2026-W47", "1", "Cai", cai, "300"],
        ["2026-W47", "3", "Bob", bob, "200.5"],
    ]
    standings = [[row[0], row[1], row[3], row[5]] for row in table(files["standings.csv"])[1:]]
    assert standings == [["1", "Ana", "400", "1200"], ["2", "Bob", "200.5", "800"]]
    document = json.loads(files["event.json"])
    assert (document["event"]["name"], len(document["submissions"]), len(document["runs"])) == (EVENT, 4, 1)


async def test_slow_work_hands_the_file_over_to_the_admin_alone_as_well(world: World) -> None:
    await world.create_event()
    with hasty(DIRECT_ANSWER_SECONDS=0.0):
        seen = await world.use(world.admin, "export", event=EVENT)
    assert world.traffic.deferrals == 1
    assert seen.is_private
    assert "event.json" in await files_of(seen)


async def test_what_discord_would_not_take_is_said_with_a_way_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_service, "MOST_BYTES", 1_000)
    await world.create_event()
    assert await world.refused(world.use(world.admin, "export", event=EVENT)) == (
        "Tetris Blitz is larger than the 10 MB that Discord takes as a file. "
        "The bot's operator can export it: `python -m bot export`."
    )


async def test_nobody_else_gets_it_nor_of_another_servers_event(world: World) -> None:
    await world.create_event()
    rivals = world.add_server("Rivals")
    assert "Only admins" in await world.refused(world.use("Bob", "export", event=EVENT))
    assert "no events yet" in await world.refused(world.use(rivals.admin, "export", event=EVENT))


@pytest.mark.parametrize(
    ("value", "written"), [(-5, -5), (-5.0, -5), (1e15, 10**15), (0.1, 0.1), (None, None), ("5", "5"), ("", "")]
)
def test_numbers_stay_numbers(value: Cell, written: Cell) -> None:
    assert inert(value) == written
    assert type(inert(value)) is type(written)


@pytest.mark.parametrize(
    ("event", "name"),
    [
        ("40L Sprint!", "40l-sprint.zip"),
        ("../../etc", "etc.zip"),
        ("俄罗斯", "event.zip"),
        ("x" * 100, f"{'x' * 50}.zip"),
    ],
)
def test_a_file_is_named_after_its_event(event: str, name: str) -> None:
    assert file_name(event, "zip") == name
