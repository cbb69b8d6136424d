from datetime import UTC, datetime

import pytest

from tests.one_database import on_both_databases, on_one_database
from tests.outages import statement_waits, statements_seen
from tests.world import CLOSE, World

PENDING = "GROUP BY leaderboard_scores.week_number"
"""A part of the statement that finds the weeks that can be run."""

pytestmark = on_one_database


@on_both_databases
async def test_a_reset_on_monday_closes_last_week(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Bob": 300, "Cy": 200, "Di": 50})
    world.clock.now = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
    await world.submit("Ana", 400)

    seen = await world.reset()

    assert seen.public == (
        "🏆 Tetris Blitz · 16–22 November\n"
        "🥇 **Bob** · 300 points · 1286\n"
        "🥈 **Cy** · 200 points · 1078\n"
        "🥉 **Ana** · 100 points · 870\n"
        "**Overall** 1\u00a0Bob\u00a01192 · 2\u00a0Ana\u00a01061 · 3\u00a0Cy\u00a01010\n"
        "4 played · the next week ends <t:1795996800:R>"
    )
    assert "23–29 November\n🥇 **Ana** · 400" in await world.board("week")


async def test_closing_a_week_early_says_where_later_scores_go(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    await world.submit_all({"Ana": 83.5, "Bob": 60})

    seen = await world.reset()

    assert seen.public.startswith(
        "🏆 Tetris Blitz · 16–22 November\n"
        "Closed early: later scores count for 23–29 November.\n"
        "🥇 **Bob** · 1:00 · 1200?\n"
    )
    assert await world.refused(world.reset()) == (
        "16–22 Nov was closed <t:1795003202:R>. Scores since then count for 23–29 Nov, which has not begun. "
        "`/weekly-undo` opens 16–22 Nov again."
    )


async def test_a_week_closed_late_names_the_end_of_a_week_that_is_open(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 500)
    early = await world.reset()
    assert "1 played · the next week ends <t:1795996800:R>" in early
    late = {"player": world.member("Ana"), "score": "70", "when": "2026-W46"}
    asked = await world.use(world.admin, "score add", event="Tetris Blitz", **late)
    await world.click(world.admin, asked, "Add")
    assert "1 played · the next week ends <t:1795996800:R>" in await world.reset()


@pytest.mark.parametrize("week", [{}, {"week": "2026-W47"}])
async def test_closing_the_current_week_is_asked_first(world: World, week: dict[str, str]) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    before = await world.tables()

    asked = await world.use(world.admin, "weekly-reset", event="Tetris Blitz", **week)

    assert asked.is_private
    assert asked.text == (
        "Close **Tetris Blitz · 16–22 November** early?\n"
        "It would run until <t:1795392000:F> (<t:1795392000:R>).\n"
        "Scores after you close it count for 23–29 November.\n"
        "You can undo this."
    )
    assert [*asked.buttons] == ["Close it now", "Preview", "Cancel"]
    preview = await world.click(world.admin, asked, "Preview")
    assert preview.is_private
    assert preview.text.startswith(
        "Preview: nothing is closed yet.\nto close: *Close it now*, above\n🏆 Tetris Blitz · 16–22 November\n"
    )
    cancelled = await world.click(world.admin, asked, "Cancel")
    assert (cancelled.text, cancelled.buttons) == ("Nothing was changed.", {})
    assert await world.tables() == before


async def test_full_results_show_whoever_clicks_the_board_of_the_closed_week(world: World) -> None:
    await world.create_event()
    await world.submit_all({name: score for score, name in enumerate("ABCDEFGHIJK", 1)})
    closed = await world.reset()
    assert [*closed.buttons] == ["Full results", "How was this rated?", "Picture", "Undo"]
    for who in ("A", world.admin):
        full = await world.click(who, closed, "Full results")
        assert full.is_private
        assert full.text.startswith("Tetris Blitz · 16–22 November 2026\n🥇 **K** · 11 · ")
        assert "**A** · 1 · " in await world.click(who, full, "›")


@on_both_databases
async def test_the_buttons_of_the_question_and_of_the_results_outlive_the_bot(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    asked, asked_again = [await world.use(world.admin, "weekly-reset", event="Tetris Blitz") for _ in range(2)]
    await world.restart_bot()

    closed = await world.click(world.admin, asked, CLOSE)

    assert closed.alone == "Done. See below."
    assert closed.public.startswith("🏆 Tetris Blitz · 16–22 November\n")
    assert (await world.refused(world.click(world.admin, asked_again, CLOSE))).startswith("16–22 Nov was closed")
    await world.restart_bot()
    assert (await world.refused(world.click("Ana", closed, "Undo"))).startswith("Only admins")
    undone = await world.click(world.admin, closed, "Undo")
    assert undone.public == (
        "Tetris Blitz · 16–22 Nov is open again\n"
        "The closing of <t:1795003202:f> is undone.\n"
        "Scores of 2 players count for the open week again, and all Elos are as if it had not closed.\n"
        "`/weekly-reset` closes it again."
    )
    assert undone.buttons == {}
    assert "🏆" not in world.channel_seen_by("Ana")


async def test_a_question_answered_on_monday_closes_the_week_it_asked_about(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    asked = await world.use(world.admin, "weekly-reset", event="Tetris Blitz")
    world.clock.move(weeks=1)
    await world.submit("Ana", 200)

    closed = await world.click(world.admin, asked, CLOSE)

    assert "16–22 November\n🥇 **Ana** · 100" in closed.public
    assert "23–29 November\n🥇 **Ana** · 200" in await world.board("week")


async def test_a_click_that_is_delivered_twice_counts_once(world: World) -> None:
    await world.create_event()
    for score in (100, 200):
        await world.submit("Ana", score)
        world.clock.move(weeks=1)
    closed = await world.reset()

    assert "🏆 Tetris Blitz · 23–29 November\n🥇 **Ana** · 200 · 1000\n" in closed
    assert "**Closed with it**\n16–22 Nov: **Ana** · 100\n" in closed
    undone = await world.click(world.admin, closed, "Undo 23–29 Nov")
    before = await world.tables()
    await world.deliver_again()

    assert await world.tables() == before
    assert undone.public.startswith("Tetris Blitz · 23–29 Nov is open again\n")
    assert undone.public.endswith("\n**Still closed**\n16–22 Nov: **Ana** · 100")
    assert "🏆" not in undone


@pytest.mark.parametrize("others", [[], [100]])
async def test_results_whose_week_is_open_again_lead_to_no_undo_of_another(world: World, others: list[int]) -> None:
    await world.create_event()
    for score in others:
        await world.submit("Ana", score)
        world.clock.move(weeks=1)
        await world.reset()
    await world.submit("Ana", 200)
    closed = await world.reset()
    week = ["16–22", "23–29"][len(others)]
    await world.use(world.admin, "weekly-undo", event="Tetris Blitz")

    told = await world.refused(world.click(world.admin, closed, "Undo"))

    assert (
        told == f"{week} November 2026 is open again already; there is nothing left to undo. `/weekly-reset` closes it."
    )


async def test_an_undo_of_what_was_not_closed_last_says_what_was(world: World) -> None:
    await world.create_event()
    results = []
    for score in (100, 200):
        await world.submit("Ana", score)
        world.clock.move(weeks=1)
        results.append(await world.reset())

    assert await world.refused(world.click(world.admin, results[0], "Undo")) == (
        "16–22 November 2026 was not closed last: 23–29 November 2026 was. `/weekly-undo` opens that one again."
    )


async def test_finished_weeks_are_closed_before_the_current_one(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    world.clock.move(weeks=1)
    await world.submit("Ana", 90)

    assert "🏆 Tetris Blitz · 16–22 November" in await world.reset()
    assert "🏆 Tetris Blitz · 23–29 November" in await world.reset()


async def test_all_finished_weeks_are_closed_by_one_reset_oldest_first(world: World) -> None:
    await world.create_event()
    for score in range(1, 8):
        await world.submit("Ana", score)
        world.clock.move(weeks=1)

    results = (
        "🏆 Tetris Blitz · 28 Dec – 3 Jan\n🥇 **Ana** · 7 · 1000\n"
        "Ana played alone this week: 1000 by rule.\n**Overall** 1\u00a0Ana\u00a01000\n"
        "**Closed with it**\n1 earlier week closed too\n23–29 Nov: **Ana** · 2\n30 Nov – 6 Dec: **Ana** · 3\n"
        "7–13 Dec: **Ana** · 4\n14–20 Dec: **Ana** · 5\n21–27 Dec: **Ana** · 6\n"
        "1 played · the next week ends <t:1799625600:R>"
    )
    assert (
        await world.reset(preview=True)
    ).alone == f"Preview: nothing is closed yet.\nto close: `/weekly-reset`\n{results}"
    assert (await world.reset()).public == results


async def test_ties_share_the_podium(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 200, "Bob": 300, "Cy": 300})

    names = [line for line in (await world.reset()).public.splitlines() if line[0] in "🥇🥈🥉"]

    assert names == ["🥇 **Bob** · 300 · 1141", "🥇 **Cy** · 300 · 1141", "🥉 **Ana** · 200 · 717"]


async def test_a_preview_shows_the_admin_the_results_and_writes_nothing(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    before = await world.tables()

    preview = await world.reset(preview=True)

    assert preview.is_private
    assert preview.text.startswith(
        "Preview: nothing is closed yet.\nto close: `/weekly-reset`\n"
        "🏆 Tetris Blitz · 16–22 November\n"
        "Closed early: later scores count for 23–29 November.\n"
        "🥇 **Bob** · 300 · 1200?\n🥈 **Ana** · 100 · 800?\n**Overall** 1\u00a0Bob\u00a01200 · 2\u00a0Ana\u00a0800\n"
    )
    assert await world.tables() == before
    closed = await world.reset()
    assert closed.public.splitlines() == preview.text.splitlines()[2:]


@on_both_databases
async def test_undoing_a_reset_opens_the_week_again_as_it_was(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    board = await world.board("week")
    await world.reset()
    world.clock.move(minutes=5)

    seen = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")

    assert seen.public == (
        "Tetris Blitz · 16–22 Nov is open again\n"
        "The closing of <t:1795003202:f> is undone.\n"
        "Scores of 2 players count for the open week again, and all Elos are as if it had not closed.\n"
        "`/weekly-reset` closes it again."
    )
    assert (await world.board("week")).public == board.public
    await world.reset()
    assert "counts for 23–29 Nov: this week is closed" in await world.submit("Cy", 50)

    seen = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")

    assert "Scores of 3 players count for the open week again, and all Elos are as if it had not closed.\n" in seen
    assert "That includes 1 score submitted since.\n" in seen
    assert "🥉 **Cy** · 50" in await world.board("week")
    assert "Overall begins when an admin closes the first week" in await world.board("overall")
    assert "🏆 Tetris Blitz · 16–22 November" in await world.reset()


async def test_the_undo_of_an_earlier_close_undoes_no_later_one(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    first = await world.reset()
    await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    world.clock.move(minutes=5)
    second = await world.reset()

    assert await world.refused(world.click(world.admin, first, "Undo")) == (
        "16–22 November 2026 was opened and closed again since then. `/weekly-undo` undoes the latest close."
    )
    assert "is open again" in await world.click(world.admin, second, "Undo")


async def test_an_undo_counts_the_players_who_may_have_several_scores_or_none(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    for score in (110, 120):
        await world.submit("Ana", score)
    undone = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert "\nScores of 1 player count for the open week again, and all Elos are as if it had not closed.\n" in undone
    assert "\nThat includes 2 scores submitted since.\n" in undone
    await world.reset()
    await world.backend.real.services.withdrawals.withdraw(world.as_actor(), world.member("Ana").id)
    undone = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert "\nNo scores count for the open week, and all Elos are as if it had not closed.\n" in undone


async def test_undo_takes_the_latest_reset_back_then_the_one_before_it(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    world.clock.move(weeks=1)
    await world.submit("Ana", 200)
    await world.reset()
    await world.reset()

    for days in ("23–29", "16–22"):
        undone = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
        assert f"Tetris Blitz · {days} Nov is open again" in undone

    nothing = world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert (
        await world.refused(nothing)
        == "No week of Tetris Blitz is closed, so there is nothing to undo. `/weekly-reset` closes one."
    )


async def test_weeks_that_can_be_closed_are_offered_with_their_players(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    world.clock.move(weeks=1)
    await world.submit("Ana", 200)

    async def offered(typed: str = "", event: str = "Tetris Blitz") -> list[str]:
        return await world.suggestions(world.admin, "weekly-reset", "week", typed, event=event)

    w47 = "16–22 November 2026 (2026-W47) · 2 players · finished"
    w48 = "23–29 November 2026 (2026-W48) · 1 player · still going on"
    assert await offered() == [w47, w48]
    assert await offered("w48") == await offered("23–29 nov") == [w48]
    assert await offered(event="Nothing") == []
    await world.reset(week="2026-W47")
    assert await offered() == [w48]


async def test_weeks_are_offered_before_an_event_is_chosen_without_an_error(world: World) -> None:
    assert await world.suggestions(world.admin, "weekly-reset", "week") == []


async def test_no_more_than_25_weeks_are_offered(world: World) -> None:
    await world.create_event()
    for score in range(1, 28):
        await world.backend.submit(world.admin.id, score, guild_id=world.guild.id)
        world.clock.move(weeks=1)

    weeks = await world.suggestions(world.admin, "weekly-reset", "week", event="Tetris Blitz")

    assert len(weeks) == 25
    assert weeks[0].startswith("16–22 November 2026 (2026-W47) ")


async def test_one_week_can_be_closed_by_name(world: World) -> None:
    await world.create_event()
    for score in (100, 200):
        await world.submit("Ana", score)
        world.clock.move(weeks=1)

    assert "🏆 Tetris Blitz · 23–29 November" in await world.reset(week="2026-w48")
    assert "🏆 Tetris Blitz · 16–22 November" in await world.reset()


async def test_a_week_that_cannot_be_closed_is_refused_with_the_reason(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset(week="2026-W47")

    reasons = {
        "2026-W47": "16–22 Nov was closed <t:1795003200:R>.",
        "2026-W48": "23–29 November 2026 has not begun yet. It is 16–22 November 2026 now.",
        "2026-W46": "Nobody has submitted a score for 9–15 November 2026, so there is nothing to close.",
        "2026-W54": "Write the week as year and number, such as 2026-W47.",
        "last week": "Write the week as year and number, such as 2026-W47.",
    }
    for week, reason in reasons.items():
        assert (await world.refused(world.reset(week=week))).startswith(reason)
        assert (await world.refused(world.reset(week=week, preview=True))).startswith(reason)


async def test_a_week_without_any_score_is_not_closed_and_says_so(world: World) -> None:
    await world.create_event()

    assert "Nobody has submitted a score for 16–22 November 2026" in await world.refused(world.reset())


@on_both_databases
async def test_of_two_admins_who_reset_at_once_one_closes_the_week(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    world.clock.move(weeks=1)
    await world.submit("Ana", 200)

    with statements_seen(PENDING) as planned, statement_waits("INSERT INTO weekly_runs", lambda: len(planned) == 2):
        resets = await world.at_once(world.reset(), world.reset())

    first, second = sorted(resets, key=lambda seen: seen.is_private)
    assert "🏆 Tetris Blitz · 16–22 November" in first.public
    assert "16–22 November 2026 was closed already" in second.alone
    assert "23–29 November\n🥇 **Ana** · 200" in await world.board("week")


@on_both_databases
async def test_a_score_that_races_a_reset_is_never_lost(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    asked = await world.use(world.admin, "weekly-reset", event="Tetris Blitz")
    closing = world.click(world.admin, asked, CLOSE)
    reset, submitted = await world.at_once(closing, world.submit("Bob", 200))

    if "\n16–22 Nov" in submitted:
        assert "🥇 **Bob**" in reset
    else:
        assert "counts for 23–29 Nov: this week is closed" in submitted
        assert "23–29 November\n🥇 **Bob** · 200" in await world.board("week")


async def test_a_reopened_week_of_an_archived_event_closes_by_itself_too(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    undone = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert "so only `/weekly-reset` with this event closes it again." in undone
    await world.reset()
    await world.use(world.admin, "settings", **{"close-weeks": True})

    undone = await world.use(world.admin, "weekly-undo", event="Tetris Blitz")

    assert "It closes by itself <t:1795399200:R>, or before that by `/weekly-reset`." in undone


async def test_weeks_of_an_archived_event_can_still_be_closed(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.use(world.admin, "event archive", event="Tetris Blitz")

    assert "🏆 Tetris Blitz · 16–22 November" in await world.reset()
