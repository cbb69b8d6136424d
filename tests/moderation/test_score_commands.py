"""`/score` and `/player`: what an admin sees, selects, confirms and changes."""

from typing import Any

import pytest

from bot.database.models import ScoreSubmission
from bot.domain.reviews import HeldScore
from bot.services.reviews import ReviewService
from bot.services.servers import Actor
from tests import tables
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen, read
from tests.world import World

pytestmark = on_one_database


async def ask(world: World, player: str, *, who: str | None = None, **options: Any) -> Seen:
    """Let an admin ask for a removal; nothing is removed yet."""
    before = await world.tables()
    admin = world.admin if who is None else world.member(who)
    seen = await world.use(admin, "score remove", event="Tetris Blitz", player=world.member(player), **options)
    assert seen.is_private
    assert await world.tables() == before
    return seen


@on_both_databases
async def test_a_removal_is_shown_first_then_done_and_can_be_taken_back(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 300, "Bob": 200, "Cai": 150, "Dov": 100})
    world.clock.move(minutes=2)
    await world.submit("Ana", 900)
    world.clock.move(minutes=2)
    await world.submit("Bob", 400)

    asked = await ask(world, "Ana", reason="*spliced*")
    assert asked.alone == (
        "Remove Ana's score of 900 points?\n"
        "Tetris Blitz · <t:1795003324:f>\n"
        "The personal best would be **300 points** again (#1 → #2).\n"
        "3 others' Elos move, by 265 at most.\n"
        "The all-time podium would be Bob, Ana, Cai.\n"
        "The podium of 16–22 November would be Bob, Ana, Cai.\n"
        "Why (everyone can read it)\n\\*spliced\\*"
    )
    await world.settle_ratings()
    assert "🥇 **Ana** · 900 · " in await world.board()

    done = await world.click(world.admin, asked, "Remove")
    assert done.alone == "Done. See below."
    assert done.public == (
        "Score removed\n**Ana**'s score of **900 points**\nTetris Blitz · <t:1795003324:f>\n"
        "Personal best\n300 points (was 900 points)\nReason\n\\*spliced\\*"
    )
    assert "🥈 **Ana** · 300 · " in await world.board()

    asked = await world.click(world.admin, done, "Restore")
    assert asked.alone == (
        "Restore Ana's score of 900 points?\n"
        "Tetris Blitz · <t:1795003324:f>\n"
        "The personal best would be **900 points** again (#2 → #1).\n"
        "3 others' Elos move, by 265 at most.\n"
        "The all-time podium would be Ana, Bob, Cai.\n"
        "The podium of 16–22 November would be Ana, Bob, Cai."
    )
    back = await world.click(world.admin, asked, "Restore")
    assert back.public == (
        "Score restored\n**Ana**'s score of **900 points**\nTetris Blitz · <t:1795003324:f>\nPersonal best\n900 points"
    )
    asked = await world.click(world.admin, back, "Remove")
    assert asked.alone.startswith("Remove Ana's score of 900 points?")
    await world.click(world.admin, asked, "Cancel")
    assert "🥇 **Ana** · 900 · " in await world.board()


async def test_a_removal_that_is_cancelled_removes_nothing(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    asked = await ask(world, "Ana")
    before = await world.tables()
    assert (await world.click(world.admin, asked, "Cancel")).alone == "Nothing was changed."
    assert await world.tables() == before


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_question_takes_a_reason_by_a_button(world: World, restarts: bool) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    removed = await world.click(world.admin, await ask(world, "Ana", reason="typo"), "Remove")
    asked = await world.click(world.admin, removed, "Restore")
    form = await world.open_modal(world.admin, asked, "Why?")
    if restarts:
        await world.restart_bot()
    told = await world.fill_in(world.admin, form, reason="*video* came")
    assert told.is_private
    assert told.alone == f"{asked.alone}\nWhy (everyone can read it)\n\\*video\\* came"
    assert [*told.buttons] == ["Restore", "Cancel"]

    assert "Reason\n\\*video\\* came" in await world.click(world.admin, told, "Restore")
    reasons = [row["reason"] for row in (await world.tables())["audit_log"]]
    assert reasons[-2:] == ["typo", "*video* came"]


async def test_the_buttons_work_after_a_restart_once_and_for_admins_only(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    asked, asked_again = await ask(world, "Ana", reason="typo"), await ask(world, "Ana", reason="typo")
    await world.restart_bot()

    done = await world.click(world.admin, asked, "Remove")
    assert "Reason\ntypo" in done
    nothing = await world.refused(world.click(world.admin, asked_again, "Remove"))
    assert nothing == f"That score of {world.member('Ana').mention} in Tetris Blitz is removed already."
    await world.settle_ratings()
    assert (await world.refused(world.click("Bob", done, "Restore"))).startswith("Only admins of this server")

    await world.restart_bot()
    asked = await world.click(world.admin, done, "Restore")
    await world.restart_bot()
    assert "Score restored" in await world.click(world.admin, asked, "Restore")
    await world.settle_ratings()
    before = await world.tables()
    await world.deliver_again()
    assert await world.tables() == before


async def test_an_admin_who_is_one_no_more_cannot_confirm(world: World) -> None:
    referees = world.guild.create_role("Referees")
    world.member("Ref", role=referees)
    await world.create_event()
    await world.submit("Ana", 100)
    settings = world.backend.real.services.settings
    await settings.change(world.as_actor(), admin_role_id=referees.id)
    asked = await ask(world, "Ana", who="Ref")
    await settings.change(world.as_actor(), admin_role_id=world.guild.id)
    assert (await world.refused(world.click("Ref", asked, "Remove"))).startswith("Only admins of this server")


async def test_what_an_admin_types_is_looked_for_among_all_scores_of_the_player(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    for score in ("1:23.4", "59.5"):
        await world.submit("Ana", score)
        world.clock.move(minutes=1)
    filled: dict[str, Any] = {"event": "Tetris Blitz", "player": world.member("Ana")}

    offered = await world.suggestions(world.admin, "score remove", "score", **filled)

    assert offered == ["59.5s · 2026-11-18 12:01 · 2026-W47", "1:23.4 · 2026-11-18 12:00 · 2026-W47"]
    assert await world.suggestions(world.admin, "score remove", "score", "1:23", **filled) == offered[1:]
    assert await world.suggestions("Ana", "score remove", "score", **filled) == []
    assert await world.suggestions(world.admin, "score restore", "score", **filled) == []
    nowhere = {**filled, "event": "Nothing"}
    assert await world.suggestions(world.admin, "score remove", "score", **nowhere) == []

    asked = await ask(world, "Ana", score="1:23.4")
    assert "Remove Ana's score of 1:23.4?" in asked
    assert "The personal best stays **59.5s** (#1).\nNo other player's Elo moves." in asked
    await world.click(world.admin, asked, "Remove")
    assert await world.suggestions(world.admin, "score restore", "score", **filled) == offered[1:]
    asked = await world.use(world.admin, "score restore", score="#1", reason="it was right", **filled)
    restored = await world.click(world.admin, asked, "Restore")
    assert "Score restored\n**Ana**'s score of **1:23.4**" in restored
    assert "Reason\nit was right" in restored


async def test_scores_that_a_player_does_not_have_are_not_looked_for_in_a_list(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    ana, emi = world.member("Ana"), world.member("Emi")

    async def told(command: str, **options: Any) -> str:
        return await world.refused(world.use(world.admin, command, event="Tetris Blitz", **options))

    none_removed = f"No score of {ana.mention} in Tetris Blitz is removed, so there is nothing to restore."
    for typed in ({}, {"score": "7"}, {"score": "nothing"}):
        assert await told("score remove", player=emi, **typed) == f"{emi.mention} has no scores in Tetris Blitz."
        assert await told("score restore", player=ana, **typed) == none_removed
    assert await told("score remove", player=ana, score="7") == (
        f"No score of {ana.mention} in Tetris Blitz fits that. Pick one of those that `score` suggests."
    )
    await world.click(world.admin, await ask(world, "Ana"), "Remove")
    assert await told("score restore", player=ana, score="7") == (
        f"No removed score of {ana.mention} in Tetris Blitz fits that. Pick one of those that `score` suggests."
    )


async def test_a_rank_that_a_removal_leaves_is_said_to_stay(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 300, "Bob": 50})
    await world.submit("Ana", 900)

    assert "The personal best would be **300** again (still #1)." in await ask(world, "Ana")


async def test_several_scores_of_one_value_are_named(world: World) -> None:
    await world.create_event(unit="points")
    for _ in range(2):
        await world.submit("Ana", 100)
        world.clock.move(days=1)
    told = await world.refused(
        world.use(world.admin, "score remove", event="Tetris Blitz", player=world.member("Ana"), score="100")
    )
    assert told == (
        "That fits 2 scores:\n- 100 points · 2026-11-19 12:00 · 2026-W47\n- 100 points · 2026-11-18 12:00 · 2026-W47\n"
        "Nothing was changed. Pick the one you mean where `score` suggests them."
    )


async def test_a_player_without_a_score_left_is_said_to_have_gone(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    asked = await ask(world, "Ana")
    assert "It is Ana's only score (#1): they would leave the leaderboard." in asked
    assert "The all-time podium would be empty." in asked
    done = await world.click(world.admin, asked, "Remove")

    assert "None left: no longer on the leaderboard." in done
    assert "No scores yet." in await world.board()
    again = world.use(world.admin, "score remove", event="Tetris Blitz", player=world.member("Ana"))
    assert await world.refused(again) == f"{world.member('Ana').mention} has no scores in Tetris Blitz."


async def test_a_closed_week_keeps_the_score_or_is_run_again_as_the_admin_says(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    await world.reset()

    asked = await ask(world, "Ana")
    assert (
        "16–22 November is closed, and its results keep the score.\nIf 16–22 November is run again without it\n"
        in asked
    )
    assert "The event Elo, 1200 now, would be gone.\n1 other player's Elo moves, by 200 at most." in asked
    done = await world.click(world.admin, asked, "Remove")
    assert "16–22 November is closed already, and its results keep the score." in done
    asked = await world.click(world.admin, done, "Restore")
    assert [*asked.buttons] == ["Restore", "Why?", "Cancel"]
    assert "its results stay as they are." in await world.click(world.admin, asked, "Restore")

    done = await world.click(world.admin, await ask(world, "Ana"), "Remove and run again")
    assert "16–22 November was run again without the score: its Elos and all averages follow." in done
    asked = await world.click(world.admin, done, "Restore")
    assert (
        "its results do not count the score.\nIf 16–22 November is run again with it\nThe event Elo would be 1200.\n"
        in asked
    )
    assert "was run again with the score" in await world.click(world.admin, asked, "Restore and run again")
    assert await world.backend.differences() == []


async def test_a_score_that_counts_for_a_later_week_says_so(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()
    await world.submit("Ana", 200)

    asked = await ask(world, "Ana")

    assert "\nTetris Blitz · <t:1795003200:f>, counts for 23–29 Nov\n" in asked
    assert "\nTetris Blitz · <t:1795003200:f>\n" in await ask(world, "Ana", score="100")


async def test_two_clicks_on_add_add_one_score(world: World) -> None:
    await world.create_event()
    asked = await world.use(world.admin, "score add", event="Tetris Blitz", player=world.member("Emi"), score="1200")

    await world.at_once(*(world.click(world.admin, asked, "Add") for _ in range(2)))

    assert [row["score"] for row in await tables.rows(world.backend.database, ScoreSubmission)] == [1200]


async def test_a_score_in_a_closed_week_is_added_for_a_newcomer(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Bob": 50})
    await world.reset()
    world.clock.move(weeks=1)
    emi = world.member("Emi", nick="*Emi*")
    asked = await world.use(
        world.admin, "score add", event="Tetris Blitz", player=emi, score="1,200", when="2026-W47", reason="on paper"
    )
    assert asked.alone == (
        "Add 1,200 points?\nTetris Blitz · <t:1795003201:f>\nPlayer\n\\*Emi\\*\n"
        "It would be the first score that counts: #1.\n"
        "2 others' Elos move, by 332 at most.\n"
        "The all-time podium would be \\*Emi\\*, Ana, Bob.\n"
        "The podium of 16–22 November would be \\*Emi\\*, Ana, Bob.\n"
        "The overall podium would be \\*Emi\\*, Ana, Bob.\n"
        "16–22 November is closed, and would be run again with the score.\n"
        "Why (everyone can read it)\non paper"
    )
    await world.restart_bot()
    done = await world.click(world.admin, asked, "Add and run again")
    assert done.public == (
        "Score added\n**\\*Emi\\***'s score of **1,200 points**\nTetris Blitz · <t:1795003201:f>\n"
        "Personal best\n1,200 points\nReason\non paper\n"
        "Closed week\n16–22 November was run again with the score: its Elos and all averages follow."
    )
    assert "🥇 **\\*Emi\\*** · 1,200 · " in await world.board()
    assert await world.backend.differences() == []
    unclear = world.use(world.admin, "score add", event="Tetris Blitz", player=emi, score="15.020")
    assert await world.refused(unclear) == "Do you mean **15.02** or **15,020** points? Type 15.02 or 15020."


async def test_an_excused_week_is_shown_first_given_and_taken_back(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit("Ana", 120)
    await world.reset()
    bob = world.member("Bob")
    offered = await world.suggestions(world.admin, "player excuse", "week", player=bob)
    assert [week[-9:-1] for week in offered[:3]] == ["2026-W48", "2026-W49", "2026-W47"]
    asked = await world.use(world.admin, "player excuse", player=bob, week="this week", reason="ill")
    assert asked.alone == (
        "Excuse Bob?\n23–29 November 2026 · all events\n"
        "A week without a score does not count then; one with a score counts as any other.\n"
        "**Tetris Blitz** · event Elo 600 → 800\nNo other player's Elo moves.\n"
        "Why (everyone can read it)\nill"
    )
    done = await world.click(world.admin, asked, "Excuse")
    assert done.public == (
        "Week excused\n**Bob** · 23–29 November 2026\nThe week does not count as missed in any event.\n"
        "Closed weeks that changed\nTetris Blitz\nReason\nill"
    )
    asked = await world.click(world.admin, done, "Take back")
    assert asked.alone.startswith("Take back Bob's excuse?\n23–29 November 2026 · all events\n")
    assert "**Tetris Blitz** · event Elo 800 → 600\n" in asked
    back = await world.click(world.admin, asked, "Take back")
    assert back.public.startswith(
        "Excuse taken back\n**Bob** · 23–29 November 2026\n"
        "The week counts as missed in all events if it has no score.\n"
    )


@pytest.mark.parametrize("goes", ["Tetris Blitz", None], ids=["single", "all"])
async def test_a_second_excuse_for_the_week_that_remains_is_named(world: World, goes: str | None) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    given: dict[str | None, Seen] = {}
    for event in ("Tetris Blitz", None):
        options = {"event": event} if event else {}
        asked = await world.use(world.admin, "player excuse", player=world.member("Bob"), week="2026-W48", **options)
        given[event] = await world.click(world.admin, asked, "Excuse")

    asked = await world.click(world.admin, given[goes], "Take back")
    done = await world.click(world.admin, asked, "Take back")

    told = {
        "Tetris Blitz": "The week still does not count as missed: the excuse from all events remains.",
        None: (
            "The week counts as missed in all events if it has no score, "
            "except where the excuse from a single event remains."
        ),
    }[goes]
    assert told in asked.alone
    assert told in done.public


async def test_a_score_that_somebody_else_restored_is_said_to_be_restored(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    done = await world.click(world.admin, await ask(world, "Ana"), "Remove")
    first, second = [await world.click(world.admin, done, "Restore") for _ in range(2)]
    await world.click(world.admin, first, "Restore")
    assert await world.refused(world.click(world.admin, second, "Restore")) == (
        f"That score of {world.member('Ana').mention} in Tetris Blitz is restored already."
    )


async def test_a_score_held_after_an_early_close_is_said_to_count_later(world: World) -> None:
    await world.create_event(holds=True, **{"last-week": "2026-W48"})
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "1000"})
    await world.submit("Ana", 500)
    await world.reset()
    told = await world.submit("Fay", "99,000")
    assert "It counts for 23–29 November 2026 once approved." in told
    assert "this week" not in told
    approved = await world.click(world.admin, await world.use(world.admin, "review"), "Approve")
    assert "Score approved" in approved
    assert "**Fay** · 99,000" in (await world.board("week")).public


async def test_a_score_from_before_a_season_is_refused_with_its_first_week(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 500)
    world.clock.move(weeks=1)
    await world.reset()
    await world.begin_again()
    world.clock.move(weeks=1)
    late = {"player": world.member("Ana"), "score": "70", "when": "2026-W47"}
    assert await world.refused(world.use(world.admin, "score add", event="Tetris Blitz", **late)) == (
        "Tetris Blitz takes no scores for weeks before 23–29 November 2026. "
        "An earlier season is an event of its own: `/events` names it."
    )
    asked = await world.use(world.admin, "score add", event="Tetris Blitz · season 1", **late)
    assert "16–22 November is closed, and would be run again with the score." in asked


@pytest.mark.usefixtures("jobs_by_request")
async def test_a_record_that_was_held_is_announced_once_it_is_approved(world: World) -> None:
    news = world.guild.create_text_channel("news")
    await world.use(world.admin, "settings", announcements=news)
    await world.create_event(holds=True)
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-max": "1000"})
    await world.submit_all({"Ana": 500})
    await world.submit("Fay", "99,000")
    world.clock.move(hours=1)

    async def told() -> list[str]:
        await world.backend.real.jobs.do_due()
        return [read(message) for message in news.history(viewer=world.admin)]

    assert await told() == []
    asked = await world.use(world.admin, "review")
    await world.click(world.admin, asked, "Approve")
    world.clock.move(minutes=1)
    [record] = await told()
    assert record.startswith("👑 **Fay** leads Tetris Blitz with **99,000**, 98,500 ahead of Ana")


async def test_a_held_score_is_told_reviewed_and_approved_or_refused(world: World) -> None:
    await world.create_event(unit="points", holds=True)
    await world.submit_all({"Ana": 500, "Bob": 400, "Cai": 300, "Dov": 200, "Emi": 100})
    told = await world.submit("Fay", "99,000", proof="https://example.com/run")
    assert told.alone == (
        "⚠️ **99,000 points** is far from all others, so an admin looks at it first. "
        "It counts for this week once approved. `/review` shows you where it stands."
    )
    assert "Fay" not in (await world.board()).public
    assert (await world.use("Fay", "review")).alone == (
        "Your held scores\n**99,000 points** · Tetris Blitz · waits for an admin"
    )
    assert (await world.use("Ana", "review")).alone == "Your held scores\nNone of your scores was held."
    world.clock.move(minutes=2)
    assert "is far from all others" in (await world.submit("Fay", "88,000"))

    asked = await world.use(world.admin, "review")
    assert asked.alone == (
        "Held: 99,000 points of Fay\nTetris Blitz · <t:1795003205:f>\n"
        "Proof\n<https://example.com/run>\nIf it is approved\nFay would have **99,000 points** (#1).\n"
        "Elo **1447** · no score now\n"
        "5 others' Elos move, by 371 at most.\nThe all-time podium would be Fay, Ana, Bob.\n"
        "The podium of 16–22 November would be Fay, Ana, Bob.\n1 of 2 waiting"
    )
    await world.restart_bot()
    second = await world.click(world.admin, asked, "Next")
    assert second.alone.startswith("Held: 88,000 points of Fay")
    held = next(row["id"] for row in (await world.tables())["held_scores"] if row["score"] == 88_000)
    refused = await world.backend.real.services.reviews.refuse(world.as_actor(), held, "typo")
    assert refused.player.name == "Fay"

    asked = await world.use(world.admin, "review")
    assert "1 score waiting" in asked
    done = await world.click(world.admin, asked, "Approve")
    assert done.alone == "Done. See below.\n`/review` shows whether another score waits"
    assert done.public.startswith("Score approved\n**Fay**'s score of **99,000 points**")
    assert "🥇 **Fay** · 99,000 · " in await world.board()
    asked = await world.click(world.admin, done, "Remove")
    assert asked.alone.startswith("Remove Fay's score of 99,000 points?")
    await world.click(world.admin, asked, "Cancel")
    assert (await world.use(world.admin, "review")).alone == "No score waits for an admin."
    assert (await world.use("Fay", "review")).alone == (
        "Your held scores\n**88,000 points** · Tetris Blitz · refused: it does not count\n“typo”\n"
        "**99,000 points** · Tetris Blitz · approved: it counts"
    )


async def test_a_held_score_can_be_approved_once_its_player_is_back(world: World) -> None:
    await world.create_event(holds=True)
    await world.submit_all({"Ana": 500, "Bob": 400, "Cai": 300, "Dov": 200, "Emi": 100})
    await world.submit("Ana", "99,000")
    services = world.backend.real.services
    await services.withdrawals.withdraw(world.as_actor(), world.member("Ana").id)
    asked = await world.use(world.admin, "review")
    assert "The player is withdrawn: `/player return` has to bring them back before it can be approved." in asked
    assert [*asked.buttons] == ["Refuse"]
    await services.withdrawals.bring_back(world.as_actor(), world.member("Ana").id)
    assert [*(await world.use(world.admin, "review")).buttons] == ["Approve", "Refuse"]


@pytest.mark.parametrize("restarts", [False, True])
async def test_a_score_is_refused_once_with_the_reason_that_was_filled_in(
    world: World, monkeypatch: pytest.MonkeyPatch, restarts: bool
) -> None:
    await world.create_event(holds=True)
    await world.submit_all({"Ana": 500, "Bob": 400, "Cai": 300, "Dov": 200, "Emi": 100})
    await world.submit("Fay", "99,000")
    asked = await world.use(world.admin, "review")
    form = await world.open_modal(world.admin, asked, "Refuse")
    if restarts:
        await world.restart_bot()
    given, refuse = list[str | None](), ReviewService.refuse

    async def counted(service: ReviewService, actor: Actor, held_id: int, reason: str | None = None) -> HeldScore:
        given.append(reason)
        return await refuse(service, actor, held_id, reason)

    monkeypatch.setattr(ReviewService, "refuse", counted)
    refused = await world.fill_in(world.admin, form, reason="no video")
    assert refused.alone == "Done. See below.\n`/review` shows whether another score waits"
    assert refused.public.startswith("Score refused\n**Fay**'s score of **99,000**")
    assert refused.public.endswith("Reason\nno video")
    assert given == ["no video"]


async def test_a_player_without_a_score_is_withdrawn_from_all_events(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.click(world.admin, await ask(world, "Ana"), "Remove")

    asked = await world.use(world.admin, "player withdraw", player=world.member("Ana"))
    gone = await world.click(world.admin, asked, "Withdraw")
    assert gone.public.startswith(
        "Player withdrawn\n**Ana** is withdrawn from all events.\n`/player return` brings them back"
    )


async def test_one_of_several_scores_of_a_withdrawn_player_is_not_their_last(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100})
    await world.submit_all({"Ana": 150})
    ana = world.member("Ana")
    await world.backend.real.services.withdrawals.withdraw(world.as_actor(), ana.id)
    asked = await world.use(world.admin, "score remove", event="Tetris Blitz", player=ana, score="150")
    removed = await world.click(world.admin, asked, "Remove")
    assert removed.public.endswith("Personal best\nNone: the player is withdrawn.")
    await world.backend.real.services.withdrawals.bring_back(world.as_actor(), ana.id)
    assert "**Ana** · 100" in (await world.board()).public


async def test_a_withdrawn_player_is_gone_told_so_and_back(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 50})
    ana = world.member("Ana")

    asked = await world.use(world.admin, "player withdraw", player=ana, reason="moved")
    assert asked.alone == (
        "Withdraw Ana from all events?\n**Tetris Blitz** · leaves #1\n"
        "1 other player's Elo moves, by 200 at most.\nThe all-time podium would be Bob.\n"
        "Why (everyone can read it)\nmoved"
    )
    gone = await world.click(world.admin, asked, "Withdraw")
    assert gone.public == (
        "Player withdrawn\n**Ana** is withdrawn from 1 event: Tetris Blitz.\n"
        "`/player return` brings them back as they were.\nReason\nmoved"
    )
    assert "Ana" not in (await world.board()).public
    board = await world.board()
    withdrawn = "You are withdrawn from the leaderboards of this server. An admin can bring you back."
    assert withdrawn not in (await world.board(who="Ana")).public
    assert withdrawn in (await world.click("Ana", board, "Overall")).alone
    world.clock.move(minutes=2)
    await world.settle_ratings()
    told = await world.refused(world.submit("Ana", 500))
    assert told.startswith("You are withdrawn from the leaderboards of this server")
    assert "The player is withdrawn, so no board changes now." in await ask(world, "Ana")

    asked = await world.use(world.admin, "player return", player=ana)
    assert "**Tetris Blitz** · back at #1" in asked
    back = await world.click(world.admin, asked, "Bring back")
    assert back.public == "Player returned\n**Ana** is back in 1 event: Tetris Blitz."
    assert "🥇 **Ana** · 100" in await world.board()
    await world.settle_ratings()
    assert (
        await world.refused(world.use(world.admin, "player return", player=ana)) == f"{ana.mention} is not withdrawn."
    )
