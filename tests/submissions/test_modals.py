"""Submitting a score with a button, or from a message: it takes the same path as the command."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import URL

from bot.cogs import _modals
from bot.cogs.submissions import ScoreModal
from bot.domain.servers import NewMember
from bot.errors import EventUnnamed, ScoreBeyondAlarm
from bot.services.events import EventOptions
from tests.backends import ADMIN, GUILD, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.world import World, open_world

pytestmark = on_one_database

BUTTON, MENU = "Submit a score", "Submit this as a score"


@on_both_databases
async def test_the_button_asks_for_a_score_and_counts_it_as_the_command_does(database_url: URL) -> None:
    async with open_world(database_url, submit_cooldown_seconds=60) as world:
        await world.create_event(unit="points")
        board = await world.board()
        await world.restart_bot()
        asked = await world.open_modal("Ana", board, BUTTON)
        later = await world.open_modal("Bob", board, BUTTON)
        await world.restart_bot()

        answer = await world.fill_in("Ana", asked, score="12,345.5", screenshot=("run.png", b"a picture"))

        assert "**12,345.5** points" in answer.public
        before = await world.tables()
        [row] = before["score_submissions"]
        assert "Proof: 12,345.5 points · Ana" in answer.public
        assert row["proof"].startswith("https://discord.com/channels/")
        await world.deliver_again()
        assert await world.tables() == before
        again = await world.open_modal("Ana", board, BUTTON)
        assert "You can submit again" in await world.refused(world.fill_in("Ana", again, score="2"))
        assert "“fast” is no score." in await world.refused(world.fill_in("Bob", later, score="fast"))


async def test_a_form_may_ask_which_score_is_meant_and_keeps_the_proof(world: World) -> None:
    await world.create_event(unit="points")
    asked = await world.open_modal("Ana", await world.board(), BUTTON)

    question = await world.fill_in("Ana", asked, score="15.020", proof="https://example.com/run")

    assert question.is_private
    await world.click("Ana", question, "15,020")
    [row] = (await world.tables())["score_submissions"]
    assert (row["score"], row["proof"]) == (15_020, "https://example.com/run")


async def test_the_button_of_an_archived_event_asks_for_nothing(world: World) -> None:
    await world.create_event()
    board = await world.board()
    asked = await world.open_modal("Ana", board, BUTTON)
    await world.use(world.admin, "event archive", event="Tetris Blitz")

    assert "takes no more scores" in await world.refused(world.click("Ana", board, BUTTON))
    assert "takes no more scores" in await world.refused(world.fill_in("Ana", asked, score="1"))


async def test_the_button_of_an_event_out_of_its_weeks_asks_for_nothing(world: World) -> None:
    await world.create_event()
    board = await world.board()

    async def told(**weeks: str) -> str:
        await world.use(world.admin, "event edit", event="Tetris Blitz", **weeks)
        clicked = await world.refused(world.click("Ana", board, BUTTON))
        assert clicked == await world.refused(world.submit("Ana", 2))
        return clicked

    early = {"first-week": "2026-W49", "last-week": "none"}
    assert await told(**early) == "Tetris Blitz takes no scores yet. It begins <t:1795996800:F>, <t:1795996800:R>."
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"first-week": "none"})
    await world.submit("Ana", 1)
    await world.reset()
    over = "Tetris Blitz takes no more scores: its last week was 16–22 November 2026. `/leaderboard` still shows it."
    assert await told(**{"last-week": "2026-W47"}) == over
    world.clock.move(weeks=1)
    assert await told(**{"last-week": "2026-W47"}) == over


async def test_forms_that_come_too_late_or_in_vain_count_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.create_event()
    board = await world.board()
    asked = [await world.open_modal("Ana", board, BUTTON) for _ in range(2)]
    with monkeypatch.context() as slow:
        slow.setattr(_modals, "OPENING_SECONDS", 0.0)
        assert "cannot reach its records right now" in await world.refused(world.click("Ana", board, BUTTON))
    with monkeypatch.context() as newer:
        newer.setattr(ScoreModal, "TEMPLATE", re.compile("a form of ids of another version"))
        assert "no longer works" in await world.refused(world.fill_in("Ana", asked[0], score="1"))
    monkeypatch.setattr(world.bot.tree, "is_closing", True)
    assert "just restarting. Nothing was saved" in await world.refused(world.fill_in("Ana", asked[1], score="1"))


@on_both_databases
async def test_a_message_is_submitted_with_what_it_shows_as_proof(world: World) -> None:
    await world.create_event("Tetris Blitz")
    await world.create_event("40L Sprint", "LOW", format="time")
    await world.submit("Ana", 100, "Tetris Blitz")
    ana = world.member("Ana")
    picture = await ana.send(world.channel, "look", attachments=[("run.png", b"a picture")])
    link = await ana.send(world.channel, "look: **[here](https://example.com/run_(1)).**")
    plain = await ana.send(world.channel, "https://example.com/kXK4N_")
    twice = await ana.send(world.channel, "||[https://example.com/a](https://example.com/a)||")
    text = await ana.send(world.channel, "39.5 seconds")
    proofs = {
        picture: "/run.png",
        link: "https://example.com/run_(1)",
        plain: "https://example.com/kXK4N_",
        twice: "https://example.com/a",
        text: f"/{text.id}",
    }
    usual = []
    for number, (message, proof) in enumerate(proofs.items()):
        asked = await world.open_menu(ana, MENU, message)
        assert asked.modal is not None
        menu, _, shown = [part["component"] for part in asked.modal["components"]]
        usual.append(next(option["label"] for option in menu["options"] if option.get("default")))
        [sprint] = [option["value"] for option in menu["options"] if option["label"] == "40L Sprint"]

        answer = await world.fill_in(ana, asked, event=[sprint], score=f"{number + 31}.5s", proof=shown["value"])

        assert "40L Sprint" in answer.public
        latest = (await world.tables())["score_submissions"][-1]
        assert latest["proof"].endswith(proof)
    assert usual == ["Tetris Blitz", *4 * ["40L Sprint"]]


@on_both_databases
async def test_of_more_events_than_a_menu_holds_the_name_is_typed(world: World) -> None:
    for number in range(26):
        await world.backend.create_event(name=f"Event {number}", actor=world.as_actor())
    message = await world.member("Ana").send(world.channel, "7")
    asked = await world.open_menu("Ana", MENU, message)

    assert "Event 25" in (await world.fill_in("Ana", asked, event="25", score="7")).public


async def test_a_server_without_events_says_so_where_a_message_is_submitted(world: World) -> None:
    message = await world.member("Ana").send(world.channel, "7")

    asked = await world.open_menu("Ana", MENU, message)

    assert asked.response is not None
    assert "This server has no events yet." in asked.response.content


@on_both_databases
async def test_without_a_name_a_score_is_for_an_event_that_takes_it(world: World) -> None:
    await world.create_event("Blitz", **{"last-week": "2026-W47"})
    assert "Blitz" in (await world.use("Ana", "submit-score", score="1")).public
    await world.create_event("Later", **{"first-week": "2026-W49"})
    await world.reset("Blitz")
    nothing = "No event takes scores now. See them all with `/events`."
    assert await world.refused(world.use("Ana", "submit-score", score="2")) == nothing
    message = await world.member("Ana").send(world.channel, "7")
    asked = await world.open_menu("Ana", MENU, message)
    assert asked.response is not None
    assert nothing in asked.response.content
    assert await world.suggestions("Ana", "submit-score", "event") == []
    assert await world.suggestions(world.admin, "event archive", "event") == ["Blitz", "Later"]
    await world.create_event("Sprint")
    for who in ("Ana", "Bob"):
        assert "Sprint" in (await world.use(who, "submit-score", score="2")).public
    await world.use(world.admin, "event edit", event="Blitz", **{"default-channel": world.channel})
    assert "Blitz takes no more scores" in await world.refused(world.use("Ana", "submit-score", score="3"))
    menu = (await world.open_menu("Bob", MENU, message)).modal
    assert menu is not None
    options = menu["components"][0]["component"]["options"]
    assert [(one["label"], one.get("default", False)) for one in options] == [("Sprint", False)]


@on_both_databases
async def test_without_a_name_a_score_is_for_the_channels_or_the_last_event(
    world: World,
) -> None:
    await world.create_event("Tetris Blitz")
    assert "Tetris Blitz" in (await world.use("Ana", "submit-score", score="1")).public
    await world.create_event("40L Sprint", "LOW")
    assert "Tetris Blitz" in (await world.use("Ana", "submit-score", score="2")).public
    which = "Which event: **40L Sprint** or **Tetris Blitz**? The bot remembers it for your next score."
    assert which in (await world.use("Bob", "submit-score", score="3")).alone
    here = {"default-channel": world.channel}

    for name, seen in {"Tetris Blitz": "Tetris Blitz", "40L Sprint": "40L Sprint"}.items():
        changed = await world.use(world.admin, "event edit", event=name, **here)
        assert f"<#{world.channel.id}>: scores there need no name" in changed
        assert seen in (await world.use("Bob", "submit-score", score="3")).public
    await world.use(world.admin, "event edit", event="40L Sprint", **here)
    assert "Tetris Blitz" in (await world.use("Ana", "submit-score", score="4")).public
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    assert "40L Sprint" in (await world.use("Ana", "submit-score", score="5")).public


async def test_an_archived_event_becomes_a_channels_own_once_it_is_back(world: World) -> None:
    for name in ("Blitz", "Sprint"):
        await world.create_event(name)
    await world.use(world.admin, "event archive", event="Blitz")

    changed = await world.use(world.admin, "event edit", event="Blitz", **{"default-channel": world.channel})

    own = f"<#{world.channel.id}>: scores there need no name of an event"
    assert f"{own} once the event is out of the archive\n" in changed
    assert "Sprint" in (await world.use("Ana", "submit-score", score="1")).public
    await world.use(world.admin, "event edit", event="Blitz", active=True)
    assert "Blitz" in (await world.use("Ana", "submit-score", score="2")).public


@on_both_databases
async def test_a_held_score_makes_its_event_the_last_one(backend: TestBackend) -> None:
    await backend.create_event(name="Tetris")
    await backend.create_event(name="Sprint", alarm_max="100")
    await backend.submit(1, 5, "Tetris")
    backend.clock.move(hours=1)
    with pytest.raises(ScoreBeyondAlarm):
        await backend.submit(1, 500, "Sprint")
    backend.clock.move(hours=1)

    assert (await backend.submit(1, 50, "")).event.name == "Sprint"


@on_both_databases
async def test_an_event_stays_a_players_last_one_when_it_begins_again(backend: TestBackend) -> None:
    for name in ("Sprint", "Tetris"):
        await backend.create_event(name=name)
        await backend.submit(1, 5, name)
        backend.clock.move(hours=1)
    backend.clock.move(weeks=1)
    await backend.run(event="Tetris")
    begun = await backend.real.services.events.begin_again(ADMIN, "Tetris")

    assert (await backend.submit(1, 6, "")).event.id == begun.event.id


@on_both_databases
async def test_what_an_admin_added_makes_no_event_a_players_last_one(backend: TestBackend) -> None:
    services, ana = backend.real.services, NewMember(1, "ana", "Ana")
    for name in ("Tetris", "Sprint"):
        await backend.create_event(name=name)
    await backend.submit(1, 5, "Tetris")
    backend.clock.move(hours=1)
    await services.additions.add(ADMIN, "Sprint", ana, 50, backend.clock.now)
    assert (await backend.submit(1, 6, "")).event.name == "Tetris"
    backend.clock.move(hours=1)
    await services.transfer.import_scores(ADMIN, "Sprint", f"<@1>,60,{backend.clock.now}".encode())
    assert (await backend.submit(1, 7, "")).event.name == "Tetris"


async def test_the_default_of_another_servers_channel_is_not_meant_here(backend: TestBackend) -> None:
    elsewhere = replace(ADMIN, guild_id=GUILD + 1)
    for name in ("Ours", "Mine"):
        await backend.create_event(name=name)
    await backend.create_event(name="Theirs", actor=elsewhere)
    await backend.real.services.events.edit(elsewhere, "Theirs", EventOptions(default_channel_id=77))
    await backend.submit(1, 5, "Theirs", guild_id=GUILD + 1)

    with pytest.raises(EventUnnamed):
        await backend.submit(1, 5, "", channel_id=77)
