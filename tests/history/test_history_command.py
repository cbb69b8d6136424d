"""`/history` and its buttons, as users see them."""

from typing import Any

from bot.domain.events import EventInfo
from bot.domain.history import PAGE_SIZE, HistoryEntry, HistoryGraph, HistoryPage, Removal
from bot.domain.moderation import TAKEN_BACK
from bot.domain.reviews import HeldState
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.ui.card import LONGEST_MESSAGE
from bot.ui.history import history_card
from tests.backends import EVENT, NOON
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database


@on_both_databases
async def test_a_history_is_private_and_its_pages_turn_after_a_restart(world: World) -> None:
    await world.create_event(unit="points")
    nothing = "You have no scores in Tetris Blitz yet. `/submit-score` counts your first."
    assert await world.refused(world.use("Ana", "history", event="Tetris")) == nothing
    for score in (10, 90, 30, 40, 20, 60, 50):
        await world.submit("Ana", score, **({"proof": "https://example.com/x"} if score == 60 else {}))
        world.clock.move(minutes=1)
    await world.submit("Ben", 5)

    ana = await world.use("Ben", "history", event="Tetris", player=world.member("Ana").user)

    assert ana.is_private
    assert ana.alone.startswith("Ana · Tetris Blitz\n**7 scores** since <t:1795003200:d>\n")
    assert "\nBest **90 points** · <t:1795003260:d>\n" in ana
    assert "\nLast 3 average **43.3333**\n10 worse than the 3 before\nthe latest first\n**50** · <t:" in ana
    assert "**60** · <t:1795003500:d> · [proof](<https://example.com/x>)\n**20**" in ana
    assert "\n★ **90** · <t:" in ana
    assert ana.alone.endswith("\n☆ **10** · <t:1795003200:d>\n★ best · ☆ best then")
    assert list(ana.buttons) == ["Picture"]


@on_both_databases
async def test_a_board_of_a_date_is_private_and_turns_to_the_overall_board(world: World) -> None:
    await world.create_event()
    for player in range(1, 13):
        await world.backend.submit(player, 10 * player, guild_id=world.guild.id)
    world.clock.move(weeks=1)
    await world.reset()
    await world.submit("Ana", 500)
    await world.restart_bot()

    board = await world.use("Ana", "history", event="Tetris", at="yesterday")
    assert board.is_private
    assert board.alone.startswith("Tetris Blitz · all-time\nas it was <t:1795564799:f>\n🥇 **Player 12** · 120 · 1319")
    assert f"<@{world.member('Ana').id}> had no rank then\npage 1 of 2 · 12 players\nscores up to then that" in board
    assert set(board.buttons) == {"›"}
    assert "**Player 1** · 10 · 681" in await world.click("Ana", board, "›")

    now = await world.use("Ana", "history", event="Tetris", at="now")
    assert "🥇 **Ana** · 500" in now
    overall = await world.click("Ana", now, "Overall")
    assert "🥇 **Player 12** · **" in overall
    assert "scores and weeks up to then that count today\nrated by today's rules" in overall
    assert set((await world.click("Ana", overall, "All-time")).buttons) == {"Overall", "Find", "›"}
    before = await world.use("Ana", "history", event="Tetris", at="2026-01-01")
    assert "\nNobody had a score by then.\n0 players\n" in before
    assert "is no day or week" in await world.refused(world.use("Ana", "history", event="Tetris", at="someday"))


async def test_a_past_board_of_few_players_marks_their_elos(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    ana = world.member("Ana").user
    board = await world.use("Ben", "history", event="Tetris", player=ana, at="2026-11-18")
    assert "🥇 **Ben** · 200 · 1200?\n🥈 **Ana** · 100 · 800?\n? = fewer than 3 players\n2 players\n" in board
    await world.submit("Cy", 300)
    assert "?" not in await world.use("Ben", "history", event="Tetris", player=ana, at="2026-11-18")


def test_a_history_says_what_became_of_scores_and_fits_a_message() -> None:
    def shown(*entries: HistoryEntry) -> str:
        style, nobody = ScoreStyle(), PlayerName(7, "Ana")
        event = EventInfo(1, 1, EVENT, ScoreDirection.HIGH, style, None, None, is_active=True)
        page = HistoryPage(event, nobody, entries, 0, 1, 0, None, None, None, HistoryGraph((), (), (), NOON))
        return history_card(page).text

    def entry(number: int, **what: Any) -> HistoryEntry:
        return HistoryEntry(number, 12_345.0, NOON, Week(2026, 47), **what)

    text = shown(
        entry(1, held=HeldState.WAITING),
        entry(2, held=HeldState.REFUSED, proof="https://example.com"),
        entry(3, removal=Removal(NOON, 7, TAKEN_BACK)),
        entry(4, removal=Removal(NOON, 9, "spliced_run"), added_by=9),
        entry(5, is_imported=True, added_by=9, was_best=True, is_week_best=True),
    )
    assert text.splitlines()[1:] == [
        "No score that counts.",
        "-# the latest first",
        "~~12,345~~ · <t:1795003200:d> · waits for an admin",
        "~~12,345~~ · <t:1795003200:d> · refused · [proof](<https://example.com>)",
        "~~12,345~~ · <t:1795003200:d> · taken back",
        "~~12,345~~ · <t:1795003200:d> · removed · added by an admin",
        "-# “spliced\\_run”",
        "☆◆ **12,345** · <t:1795003200:d> · imported",
        "-# ☆ best then · ◆ best of week",
    ]
    longest = [entry(n, removal=Removal(NOON, 9, "_" * 300), proof=f"https://{'x' * 492}") for n in range(PAGE_SIZE)]
    assert len(shown(*longest)) <= LONGEST_MESSAGE
    assert shown(*longest).count("proof") == PAGE_SIZE


async def test_a_board_from_before_a_season_names_the_earlier_one_as_an_event(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 10, "Ben": 20})
    await world.reset()
    await world.begin_again()
    world.clock.move(weeks=1)

    def board(event: str) -> Any:
        return world.use("Ana", "history", event=event, at="2026-W47")

    told = "Nobody had a score by then.\nan earlier season is an event of its own\n"
    assert told in await board("Tetris Blitz")
    assert "🥇 **Ben** · 20" in await board("Tetris Blitz · season 1")


async def test_a_score_that_was_held_and_approved_is_not_said_to_be_added(world: World) -> None:
    await world.create_event(holds=True)
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "1000"})
    await world.submit("Ana", 5000)
    await world.click(world.admin, await world.use(world.admin, "review"), "Approve")
    assert "★ **5,000** · <t:1795003200:d> · approved\n" in await world.use("Ana", "history", event="Tetris Blitz")
