"""Ambiguous scores: the bot asks in private, and counts the score that the player clicks."""

from discord import Locale
from sqlalchemy import URL

from bot.cogs.submissions import MeaningButton
from bot.domain.scores import MAX_TEXT
from tests.one_database import on_both_databases, on_one_database
from tests.outages import statement_waits
from tests.patience import SOON, hasty
from tests.world import World, open_world

pytestmark = on_one_database


@on_both_databases
async def test_a_score_with_two_meanings_counts_as_the_one_that_is_clicked(world: World) -> None:
    await world.create_event(unit="points")
    before = await world.tables()

    question = await world.submit("Ana", "15.020")

    assert question.alone == "Do you mean **15.02** or **15,020** points?"
    assert question.is_private
    assert list(question.buttons) == ["15.02", "15,020"]
    assert await world.tables() == before
    answer = await world.click("Ana", question, "15,020")
    assert answer.public.startswith("🎉 **Ana** · Tetris Blitz\n**15,020** points\n")
    assert "**Ana** · 15,020 · 1000" in await world.board()


async def test_a_meaning_that_is_found_in_two_ways_is_offered_once(world: World) -> None:
    await world.create_event(unit="km")
    question = await world.submit("Ana", "1.234k")
    assert question.alone == "Do you mean **1.234**, **1,234** or **1,234,000** km?"
    assert list(question.buttons) == ["1.234", "1,234", "1,234,000"]
    assert "**1,234** km" in await world.click("Ana", question, "1,234")


async def test_the_language_of_the_player_decides_which_score_is_offered_first(world: World) -> None:
    await world.create_event(unit="points")
    german, american = world.member("Dora"), world.member("Ana")
    world.speak(german, Locale.german)

    assert (await world.submit(german, "15.020")).alone == "Do you mean **15,020** or **15.02** points?"
    assert (await world.submit(german, "1,234")).alone == "Do you mean **1.234** or **1,234** points?"
    assert "**1,234** points" in await world.submit(american, "1,234")


async def test_only_what_the_event_takes_is_offered(world: World) -> None:
    await world.create_event(max="100")

    question = await world.submit("Ana", "15.020")

    assert question.alone == "Do you mean **15.02**?"
    assert list(question.buttons) == ["15.02"]
    assert (
        await world.refused(world.submit("Ana", "150.020"))
        == "150.02 is too high: Tetris Blitz takes scores up to 100."
    )


async def test_buttons_of_a_question_outlive_a_restart_and_keep_the_proof(world: World) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.125", proof=" https://example.com/run_(1) ")
    assert question.alone == "Do you mean **15.125** or **15,125**?\nProof\n<https://example.com/run_(1)>"
    await world.restart_bot()

    answer = await world.click("Ana", question, "15.125")

    assert "**15.125**\n" in answer.public
    assert "proof <https://example.com/run_(1)>" in answer.public
    [row] = (await world.tables())["score_submissions"]
    assert (row["score"], row["proof"]) == (15.125, "https://example.com/run_(1)")


async def test_a_score_that_is_held_after_a_question_can_be_taken_back_too(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "9"})
    question = await world.submit("Ana", "15.125")

    told = await world.click("Ana", question, "15.125")

    assert "an admin looks at it first" in told.alone
    taken = await world.click("Ana", told, "Take back")
    assert "taken back" in taken.alone


async def test_a_click_is_a_submission_like_any_other(database_url: URL) -> None:
    async with open_world(database_url, submit_cooldown_seconds=60) as world:
        await world.create_event()
        question = await world.submit("Ana", "15.020")
        # The question started no cooldown.
        await world.submit("Ana", "7")

        refused = await world.refused(world.click("Ana", question, "15,020"))
        assert refused == "You can press again <t:1795003260:R>."
        world.clock.move(seconds=61)
        await world.click("Ana", question, "15,020")
        before = await world.tables()
        await world.deliver_again()
        assert await world.tables() == before
        assert len(before["score_submissions"]) == 2


async def test_an_answered_question_has_no_buttons_any_more(world: World) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.020")

    answer = await world.click("Ana", question, "15.02")

    assert answer.public.startswith("🎉")
    assert "Submitted: **15.02**" in world.channel_seen_by("Ana")
    assert "Do you mean" not in world.channel_seen_by("Ana")


async def test_a_question_stays_about_its_event_however_that_changes(
    world: World,
) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.020")
    await world.use(world.admin, "event edit", event="Tetris Blitz", name="Blitz")
    await world.create_event("Tetris Blitz")

    assert "· Blitz\n" in await world.click("Ana", question, "15,020")
    await world.use(world.admin, "event archive", event="Blitz")
    question = await world.submit("Ana", "15.020")
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    assert "takes no more scores" in await world.refused(world.click("Ana", question, "15,020"))


async def test_a_click_that_takes_long_is_answered_too(world: World) -> None:
    await world.create_event()
    question = await world.submit("Ana", "15.020")

    with hasty(DIRECT_ANSWER_SECONDS=SOON), statement_waits("SELECT events", lambda: world.traffic.deferrals > 0):
        answer = await world.click("Ana", question, "15,020")

    assert "**15,020**\n" in answer.public
    assert "Submitted: **15,020**" in world.channel_seen_by("Ana")


def test_every_score_fits_into_the_id_of_a_button() -> None:
    longest = MeaningButton("label", 2**31 - 1, 9 * 10**18 - 1, "9" * MAX_TEXT)
    assert len(longest.custom_id) <= 100
    assert MeaningButton.__discord_ui_compiled_template__.fullmatch(longest.custom_id)
