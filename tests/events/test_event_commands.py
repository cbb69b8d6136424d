from typing import Any

import pytest

from bot.domain.roles import Award
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

SUBCOMMAND = 1
A_LINE_OF_A_PHONE = 42

pytestmark = on_one_database


async def test_a_new_event_is_announced_with_what_counts(world: World) -> None:
    seen = await world.create_event("40L Sprint", "LOW", format="time", min="0:10", max="1:00:00")

    assert seen.public == (
        "Event created\n**40L Sprint**\n"
        "Best\nthe fastest time\nScores\ntimes, such as 1:23.456\nAllowed\nfrom 10s to 1:00:00\n"
        "Held for an admin\nwhat moves others by over 150 Elo, from 5 players on\n"
        "Takes scores with /submit-score"
    )


async def test_a_name_may_be_taken_once_in_a_server_whatever_its_case(world: World) -> None:
    await world.create_event("Straße 40L")

    sentence = await world.refused(world.create_event("  STRASSE   40l "))

    assert sentence == "This server already has an event “Straße 40L”. Choose a different name: `/events` shows all."


async def test_two_servers_may_have_events_of_the_same_name(world: World) -> None:
    rivals = world.add_server("Rivals")
    for admin in (world.admin, rivals.admin):
        await world.use(admin, "event create", name="Tetris Blitz", direction="HIGH")
    await world.submit("Ana", 100)
    await world.submit(rivals.member("Eve"), 900)

    board = await world.board()

    assert "🥇 **Ana** · 100" in board
    assert "1 player" in board
    assert "**Eve** · 900" in await world.board(who=rivals.member("Zoe"))


async def test_an_event_is_found_however_its_name_is_typed(world: World) -> None:
    await world.create_event("Tetris Blitz")

    assert "🎉" in await world.submit("Ana", 1, event="  tetris\tBLITZ ")


async def test_editing_changes_what_is_given_and_nothing_else(world: World) -> None:
    await world.create_event(unit="points", min="10", max="100")
    await world.submit("Ana", 50)

    seen = await world.use(world.admin, "event edit", event="Tetris Blitz", name="Blitz", max="none")

    assert seen.public == (
        "Event changed\n**Blitz** (was Tetris Blitz)\n"
        "Allowed\nfrom 10 and below 1,000,000,000 points\n(was from 10 to 100 points)\n"
        "Takes scores with /submit-score"
    )
    assert "🥇 **Ana** · 50 · 1000?\n" in await world.board(event="Blitz")
    assert "no event “Tetris Blitz”. Did you mean **Blitz**?" in await world.refused(world.board(event="Tetris Blitz"))


async def test_an_event_says_which_scores_it_takes_also_by_default(world: World) -> None:
    allowed: dict[str, tuple[dict[str, Any], str]] = {
        "Plain": ({}, "above 0 and below 1,000,000,000"),
        "Golf": ({"min": "-20", "unit": "strokes"}, "from −20 and below 1,000,000,000 strokes"),
        "Pinball": ({"max": "9,000,000,000"}, "above 0 up to 9,000,000,000"),
        "Sprint": ({"format": "time"}, "above 0s"),
        "40L": ({"format": "time", "min": "10"}, "10s or more"),
    }
    for name, (options, shown) in allowed.items():
        assert f"Allowed\n{shown}\n" in await world.create_event(name, "LOW", **options)
    described = str([command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()])
    assert "default: above 0" in described
    assert "default: below 1,000,000,000" in described


async def test_an_option_says_in_one_line_of_a_phone_what_it_is_for(world: World) -> None:
    commands = [command.to_dict(world.bot.tree) for command in world.bot.tree.get_commands()]
    options = [option for command in commands for option in command.get("options", [])]
    options += [inner for option in options for inner in option.get("options", [])]
    described = [
        option["description"] for option in options if "options" not in option and option["type"] != SUBCOMMAND
    ]

    assert "Why; everyone in the channel can read it" in described
    assert [text for text in described if len(text) > A_LINE_OF_A_PHONE] == []


async def test_new_bounds_say_how_many_bests_they_leave_as_they_are(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 5, "Ben": 7, "Cy": 20})

    assert "Earlier scores\n2 personal bests lie outside of that, and stay.\n" in await world.use(
        world.admin, "event edit", event="Tetris Blitz", min="10"
    )
    assert "Earlier scores\n1 personal best lies outside of that, and stays.\n" in await world.use(
        world.admin, "event edit", event="Tetris Blitz", min="6"
    )
    assert "Earlier scores" not in await world.use(world.admin, "event edit", event="Tetris Blitz", min="none")


async def test_a_direction_can_be_changed_until_there_are_scores(world: World) -> None:
    await world.create_event(direction="HIGH")

    assert "Best\nthe lowest score\n(was the highest score)" in await world.use(
        world.admin, "event edit", event="Tetris Blitz", direction="LOW"
    )
    await world.submit("Ana", 5)
    assert await world.refused(world.use(world.admin, "event edit", event="Tetris Blitz", direction="HIGH")) == (
        "Tetris Blitz has scores already. `/event rehearse` with `direction:HIGH` shows what that would change."
    )


async def test_all_that_an_event_holds_for_an_admin_is_named(world: World) -> None:
    await world.create_event(unit="points", holds=True)
    changed = await world.use(world.admin, "event edit", event="Tetris Blitz", **{"alarm-min": "5", "alarm-max": "900"})
    assert (
        "Held for an admin\nbelow 5 points; above 900 points; what moves others by over 150 Elo, from 5 players on\n"
        "(was what moves others by over 150 Elo, from 5 players on)\n"
    ) in changed


async def test_an_archived_event_can_be_taken_out_again(world: World) -> None:
    await world.create_event()

    archived = await world.use(world.admin, "event archive", event="Tetris Blitz")
    assert archived.public == (
        "Event archived\n**Tetris Blitz**\nIts boards stay. "
        "`/event edit active:True` takes it out of the archive.\nArchived: takes no scores"
    )
    assert "Archived: takes no scores" in await world.use(
        world.admin, "event edit", event="Tetris Blitz", unit="points"
    )
    taken_out = await world.use(world.admin, "event edit", event="Tetris Blitz", active=True)
    assert "It is out of the archive.\nTakes scores with /submit-score" in taken_out
    assert "🎉" in await world.submit("Ana", 1)


async def test_the_list_shows_every_event_the_archived_ones_last(world: World) -> None:
    await world.create_event("Sprint", "LOW", format="time")
    await world.create_event("Blitz", unit="lines")
    await world.create_event("Ancient")
    await world.use(world.admin, "event archive", event="Ancient")
    await world.submit_all({"Ana": 1, "Bob": 2}, "Blitz")
    await world.create_event("Cup", **{"last-week": "2026-W47"})
    await world.create_event("Winter", **{"first-week": "2026-W50"})
    world.clock.move(weeks=1)

    seen = await world.use("Ana", "events")

    assert seen.alone == (
        "Events of this server\n"
        "**Blitz** · most lines · 2 players\n"
        "**Cup** · highest score · ended\n"
        "**Sprint** · fastest time\n"
        "**Winter** · highest score · begins 7 Dec\n"
        "**Ancient** · highest score · archived"
    )


async def test_an_event_says_when_it_begins_and_that_it_has_ended(world: World) -> None:
    weeks = {"first-week": "2026-W50", "last-week": "2026-W51"}
    assert (await world.create_event(**weeks)).public.endswith("\nTakes scores from 7 December 2026 on")
    for later, state in (
        (0, "Takes scores from 7 December 2026 on"),
        (3, "Takes scores with /submit-score"),
        (2, "Has ended: takes no scores"),
    ):
        world.clock.move(weeks=later)
        changed = await world.use(world.admin, "event edit", event="Tetris Blitz", unit="points")
        assert changed.public.endswith(f"\n{state}")


async def test_a_server_without_events_is_told_how_to_make_one(world: World) -> None:
    assert "There are none yet. An admin can make one with `/setup`." in await world.use("Ana", "events")


async def test_a_list_longer_than_a_message_says_how_many_are_left_out(world: World) -> None:
    for number in range(60):
        await world.backend.create_event(name=f"{number:02} {'_' * 70}", actor=world.as_actor())

    seen = await world.use("Ana", "events")

    shown = seen.alone.count("highest score")
    assert 15 < shown < 60
    assert f"… and {60 - shown} more: type a part of the name in `/leaderboard`." in seen


async def test_options_that_contradict_each_other_are_refused_with_the_remedy(world: World) -> None:
    await world.create_event("Taken")
    create = {"name": "Blitz", "direction": "HIGH"}
    refusals = {
        "The smallest score allowed would be greater than the greatest. Choose a smaller `min` or a greater `max`.": {
            "min": "9",
            "max": "1",
        },
        "Times have no unit. Leave *Unit* empty.": {"format": "time", "unit": "points"},
        "`min`: This event counts numbers, and “0:30” is a time. Type digits, such as 12345.": {"min": "0:30"},
        "`max`: “abc” is no score.": {"max": "abc"},
        "`min`: Do you mean **15.02** or **15,020**? Type 15.02 or 15020.": {"min": "15.020"},
        "A unit can have at most 16 characters; this has 17.": {"unit": "x" * 17},
        "A unit needs at least one visible character.": {"unit": "\u200b"},
        "An event's name can have at most 100 characters; this has 101.": {"name": "x" * 101},
        "An event's name needs at least one visible character.": {"name": "\u200b \u202e"},
        "This server already has an event “Taken”.": {"name": "tAKEN"},
    }
    for sentence, options in refusals.items():
        doing = world.use(world.admin, "event create", **{**create, **options})
        assert (await world.refused(doing)).startswith(sentence)


async def test_an_edit_of_nothing_is_refused(world: World) -> None:
    await world.create_event()

    sentence = await world.refused(world.use(world.admin, "event edit", event="Tetris Blitz"))

    assert sentence == "Nothing to change: choose something besides `event`."


async def test_an_event_with_a_unit_cannot_become_one_of_times(world: World) -> None:
    await world.create_event(unit="points")

    refused = world.use(world.admin, "event edit", event="Tetris Blitz", format="time")

    assert await world.refused(refused) == "Times have no unit, and this event has “points”. Add `unit:none`."
    await world.use(world.admin, "event edit", event="Tetris Blitz", format="time", unit="none")
    assert "**1:23.4**\n" in await world.submit("Ana", "1:23.4")


@on_both_databases
async def test_two_admins_who_make_the_same_event_at_once_make_one(world: World) -> None:
    first, second = sorted(
        await world.at_once(world.create_event("Blitz"), world.create_event("BLITZ")), key=lambda seen: seen.is_private
    )

    assert "Event created" in first.public
    assert "This server already has an event “B" in second.alone


async def test_what_admins_do_is_in_the_audit_log(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 1)
    await world.reset()
    await world.use(world.admin, "weekly-undo", event="Tetris Blitz")
    await world.use(world.admin, "event edit", event="Tetris Blitz", unit="points")
    await world.use(world.admin, "settings", **{"time-zone": "Asia/Tokyo"})

    log = (await world.tables())["audit_log"]

    assert [row["action"] for row in sorted(log, key=lambda row: row["id"])] == [
        "event create",
        "weekly reset",
        "weekly undo",
        "event edit",
        "settings",
    ]
    assert {(row["guild_id"], row["actor_id"]) for row in log} == {(world.guild.id, world.admin.id)}


@on_both_databases
@pytest.mark.usefixtures("jobs_by_request")
async def test_a_new_season_is_shown_first_then_begun_once(world: World) -> None:
    services, admin, channel = world.backend.real.services, world.as_actor(), f"<#{world.channel.id}>"
    await world.create_event(unit="points")
    await world.submit_all({"Ana": 300, "Bob": 200})
    world.clock.move(minutes=2)
    await world.submit("Ana", 100)
    await world.reset()
    await world.settle_ratings()
    before = await world.tables()
    asked = await world.use(world.admin, "event begin-again", event="Tetris Blitz")
    assert asked.alone == (
        "Begin season 2 of Tetris Blitz?\n"
        "Archived\nTetris Blitz · season 1\n2 players, 3 scores\nuntil 16–22 November 2026\n"
        "First week\n23–29 November 2026\nLast week\nnone: it goes on\n"
        "Goes along\nname, rules and settings\n"
        "**Nobody can submit before 23 November 2026.**\nIt begins without scores. **This cannot be undone.**"
    )
    assert asked.is_private
    assert (await world.click(world.admin, asked, "Cancel")).alone == "Nothing was changed."
    assert await world.tables() == before

    for role in range(1, 8):
        await services.roles.award(admin, "Tetris Blitz", role, Award.FIRST)
    await services.boards.post(admin, "Tetris Blitz", world.channel.id)
    await world.use(world.admin, "event edit", event="Tetris Blitz", **{"default-channel": world.channel})
    until = {"event": "Tetris Blitz", "last-week": "2026-W52"}
    asked, asked_again = [await world.use(world.admin, "event begin-again", **until) for _ in range(2)]
    assert asked.alone.endswith(
        "Last week\n21–27 December 2026\nGoes along\nname, rules and settings\n"
        f"roles: <@&1> <@&2> <@&3> <@&4> <@&5> and 2 more\nboard: a new one in {channel}\ndefault channel: {channel}\n"
        "**Nobody can submit before 23 November 2026.**\nIt begins without scores. **This cannot be undone.**"
    )
    await world.restart_bot()

    begun = await world.click(world.admin, asked, "Begin again")
    assert begun.alone == "Done. See below."
    assert begun.public.startswith(
        "Season 2 begins\n**Tetris Blitz**\nFirst week\n23–29 November 2026\nLast week\n21–27 December 2026\n"
    )
    refused = await world.refused(world.click(world.admin, asked_again, "Begin again"))
    assert refused.startswith("Tetris Blitz · season 1 is a past season and stays as it is.")
