"""`/event rehearse`, *Apply*, *Cancel* and *How was this rated?*: what an admin sees, does and undoes."""

from typing import Any

import pytest

from bot.domain.rules import Method, Rules
from bot.services.rehearsals import _service
from tests.one_database import on_both_databases, on_one_database
from tests.seen import Seen
from tests.world import World

pytestmark = on_one_database

RATED = "How was this rated?"


async def rehearse(world: World, **options: Any) -> Seen:
    """Let the admin rehearse rules, which changes nothing."""
    before = await world.tables()
    named = {name.replace("_", "-"): value for name, value in options.items()}
    seen = await world.use(world.admin, "event rehearse", event="Tetris Blitz", **named)
    assert seen.is_private
    assert await world.tables() == before
    return seen


async def test_a_rehearsal_names_options_that_others_leave_without_effect(world: World) -> None:
    await world.create_event()
    seen = await rehearse(world, best_of=3, logarithm=True)
    assert "\nno effect without `attendance:best`: `best-of`, `last-weeks`\n" in seen
    assert "\nno effect without `method:robust`: `logarithm`\n" in seen
    assert "no effect" not in await rehearse(world, best_of=3, attendance="best", logarithm=True, method="robust")


@on_both_databases
async def test_rules_are_rehearsed_in_private_applied_in_public_and_undone(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 100, "Bob": 200, "Cai": 900})
    world.clock.move(weeks=1)
    await world.submit_all({"Bob": 300})
    await world.reset()
    await world.reset()
    await world.settle_ratings()

    asked = await rehearse(world, method="robust", attendance="played")
    assert asked.alone == (
        "Rehearsal · Tetris Blitz\n"
        "3 players' Elos would move: 3 up, 0 down, by **336** at most.\n"
        "Ana 610 → **946** (#3)\nCai 958 → **1202** (#1)\nBob 933 → **1000** (#2)\n"
        "Then, overall (and now)\n"
        "1 **Cai** · 1202 (#1 · 958)\n2 **Bob** · 1000 (#2 · 933)\n3 **Ana** · 946 (#3 · 610)\n"
        "Rules then\nrobust · weeks played\nRules now\nclassic · all weeks count, missed ones too\n"
        "With logarithms (logarithm:True)\n3 players' Elos would move: 3 up, 0 down, by **336** at most. "
        "One absurd score would move others by **54** at most. Cai would lead.\n"
        "2 closed weeks replayed; nothing is changed yet\n"
        "to go back after Apply: /event rehearse event:Tetris Blitz method:classic attendance:zero\n"
        "What would weigh\nAttendance now\nMissing the next week would cost the leader **107**: 958 → 851.\n"
        "1 player played 75 % or more of their weeks: median **933**.\n"
        "Attendance then\nMissing the next week would cost the leader nothing.\n"
        "1 player played 75 % or more of their weeks: median **1000**.\n"
        "One score now\nAn absurd one (90,000 points) would move others' all-time Elos by **388** at most.\n"
        "One score then\nAn absurd one (90,000 points) would move others' all-time Elos by **176** at most.\n"
        "Newcomers, as now\nNobody is ranked with one closed week only."
    )
    same = await rehearse(world, method="robust", attendance="played")
    await world.restart_bot()
    done = await world.click(world.admin, asked, "Apply")
    assert done.alone == "Done. See below."
    assert done.public == (
        "Tetris Blitz · new rules\nFrom now on\nrobust · weeks played\nUntil now\n"
        "classic · all weeks count, missed ones too\nAll Elos are by the new rules, also those of closed weeks.\n"
        "to go back: /event rehearse event:Tetris Blitz method:classic attendance:zero"
    )
    assert "🥇 **Cai** · **1202**" in (await world.board("overall"))
    assert await world.refused(world.click(world.admin, same, "Apply")) == "Tetris Blitz has these rules already."

    asked, late = [await rehearse(world, method="classic", attendance=attendance) for attendance in ("zero", "best")]
    await world.click(world.admin, asked, "Apply")
    assert await world.refused(world.click(world.admin, late, "Apply")) == (
        "The rules of Tetris Blitz have changed since this rehearsal. `/event rehearse` compares anew."
    )
    [summary] = await world.backend.real.services.events.list(world.guild.id)
    assert summary.event.rules == Rules()
    assert await world.backend.differences() == []


@on_both_databases
async def test_a_direction_is_rehearsed_applied_and_reversed_again(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 200})
    await world.reset()
    await world.settle_ratings()

    asked = await rehearse(world, direction="LOW")
    assert asked.alone.startswith(
        "Rehearsal · Tetris Blitz\n"
        "2 players' Elos would move: 1 up, 1 down, by **400** at most.\n"
        "Ana 800 → **1200** (#2 → #1)\nBob 1200 → **800** (#1 → #2)\n"
        "Then, overall (and now)\n1 **Ana** · 1200 (#2 · 800)\n2 **Bob** · 800 (#1 · 1200)\n"
        "Rules then\nthe lowest score is best · classic · all weeks count, missed ones too\n"
        "Rules now\nthe highest score is best · classic · all weeks count, missed ones too\n"
        "1 closed week replayed; nothing is changed yet\n"
        "to go back after Apply: /event rehearse event:Tetris Blitz direction:HIGH\n"
    )
    done = await world.click(world.admin, asked, "Apply")
    assert done.public == (
        "Tetris Blitz · new rules\n"
        "From now on\nthe lowest score is best · classic · all weeks count, missed ones too\n"
        "Until now\nthe highest score is best · classic · all weeks count, missed ones too\n"
        "All bests and Elos are by the new rules, also those of closed weeks.\n"
        "to go back: /event rehearse event:Tetris Blitz direction:HIGH"
    )
    assert "🥇 **Ana** · 100 · 1200" in await world.board()
    assert "direction: HIGH → LOW" in await world.use(world.admin, "audit", event="Tetris Blitz")
    await world.click(world.admin, await rehearse(world, direction="HIGH"), "Apply")
    assert "🥇 **Bob** · 200 · 1200" in await world.board()
    assert await world.backend.differences() == []


@on_both_databases
async def test_closed_weeks_that_give_nobody_a_rank_are_not_said_to_be_none(world: World) -> None:
    await world.create_event()
    for _ in range(2):
        await world.submit_all({"Ana": 100, "Bob": 200})
        await world.reset()
        world.clock.move(weeks=1)

    few_weeks, few_players = await rehearse(world, min_weeks=5), await rehearse(world, min_field=3)

    for asked, kind in ((few_weeks, "closed"), (few_players, "rated")):
        assert "2 closed weeks replayed" in asked
        assert "Then, overall (and now)\nNobody has a rank.\nNow, overall\n1 Bob · 2 Ana\nRules then\n" in asked
        assert "\nAttendance then\nNobody has a rank on the overall board yet.\n" in asked
        assert asked.alone.endswith(f"\nNewcomers then\nNobody with a rank has more than one {kind} week yet.")


async def test_elos_without_a_rank_are_not_said_to_stay(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300, "Cai": 200})
    asked = await world.use(world.admin, "event rehearse", event="Tetris Blitz", **{"min-weeks": 2})
    await world.click(world.admin, asked, "Apply")
    await world.reset()
    asked = await world.use(world.admin, "event rehearse", event="Tetris Blitz", weight=0.9)
    assert "Nobody has a rank both now and then to compare. Other Elos may move." in asked


async def test_a_week_that_is_open_again_is_said_not_to_be_rated(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 300})
    results = await world.reset()
    await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert await world.refused(world.click("Ana", results, "How was this rated?")) == (
        "16–22 November 2026 is open, so its scores are not rated yet."
    )


@on_both_databases
async def test_newcomers_are_counted_and_compared_with_the_others(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 200})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ana": 100, "Bob": 200, "Cai": 300})
    await world.reset()

    told = (await rehearse(world)).alone

    assert "\nNewcomers\n**1** of the first 3 has one closed week only. All of these: 1 player, median " in told


async def test_a_rehearsal_cancelled_or_without_a_proposal_changes_nothing(world: World) -> None:
    await world.create_event()
    same = await rehearse(world)
    assert same.buttons == {}
    assert (
        "Its rules, which would stay\nclassic · all weeks count, missed ones too\n"
        "The all-time board\nNobody has a rank.\ntry others: `method`, `attendance`, `weight`" in same
    )
    asked = await rehearse(world, missed_week="7", min_weeks=3)
    assert "a missed week counts 7 · ranked after 3 weeks" in asked
    assert "/event rehearse event:Tetris Blitz missed-week:default min-weeks:1" in asked
    before = await world.tables()
    assert (await world.click(world.admin, asked, "Cancel")).alone == "Nothing was changed."
    assert await world.tables() == before
    wrong = {"event": "Tetris Blitz", "best-of": 11}
    told = await world.refused(world.use(world.admin, "event rehearse", **wrong))
    assert told == "The number of best weeks that count can be 1 to 10."


async def test_the_spread_of_a_small_robust_week_is_the_one_that_its_elos_have(world: World) -> None:
    await world.create_event()
    await world.backend.real.services.rules.change(world.as_actor(), "Tetris Blitz", Rules(Method.ROBUST))
    await world.submit_all({"Ana": 100, "Bob": 200, "Cai": 300})
    shown = await world.reset()

    told = (await world.click("Ana", shown, RATED)).alone

    # Cai's week is rated 1000 + 200 × 100 / 247.1 = 1081.
    assert "1081" in (shown.public or "")
    assert "The score in the middle is **200**; a spread, the usual distance, is **247.1**." in told
    assert "less for each below, at most 2.4 spreads." in told


async def test_a_week_without_a_spread_is_told_to_be_rated_by_rule(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100})
    alone = await world.click("Ana", await world.reset(), RATED)
    assert "\n1 player took part alone: **1000** by rule.\nWeekly average: " in alone
    world.clock.move(weeks=1)
    await world.submit_all({"Ana": 100, "Bob": 100})
    equal = await world.click("Ana", await world.reset(), RATED)
    assert "\n2 players took part with the same score: **1000** by rule.\nWeekly average: " in equal


@on_both_databases
async def test_how_a_week_was_rated_is_told_and_to_admins_also_what_weighs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.create_event(direction="LOW", format="time")
    await world.submit_all({"Ana": 60, "Bob": 70, "Cai": 80})
    shown = await world.reset()

    formula = (
        "Tetris Blitz · 16–22 November\n"
        "3 players took part. The mean is **1:10**; a spread, the usual distance, is **8.165s**.\n"
        "Elo: **1000** at the mean, **200** more for each spread shorter, less for each longer.\n"
        "Weekly average: all weeks from the first on; a missed week counts 0.\n"
        "Elo: half best, half weekly average."
    )
    assert (await world.click("Ana", shown, RATED)).alone == formula
    monkeypatch.setattr(_service, "MOST_WEIGHED", 3)
    assert (await world.click(world.admin, shown, RATED)).alone == (
        f"{formula}\nWhat weighs in this event\n"
        "Attendance\nMissing the next week would cost the leader **311**: 1245 → 934.\n"
        "3 players played 75 % or more of their weeks: median **1000**.\n"
        "One score\nAn absurd one (2:13:20) would move others' all-time Elos by **360** at most.\n"
        "Newcomers\nNobody with a rank has more than one closed week yet.\n"
        "only admins see this part; other rules: /event rehearse"
    )
    monkeypatch.setattr(_service, "MOST_WEIGHED", 2)
    assert (await world.click("Ana", shown, RATED)).alone == formula
    assert (await world.click(world.admin, shown, RATED)).alone == (
        f"{formula}\nWhat weighs in this event\nSo large an event is weighed by `/event rehearse` alone.\n"
        "only admins see this part; other rules: /event rehearse"
    )
    await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    assert "is open" in await world.refused(world.click("Ana", shown, RATED))
