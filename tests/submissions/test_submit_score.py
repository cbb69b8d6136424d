from sqlalchemy import URL

from tests.one_database import on_both_databases, on_one_database
from tests.world import World, open_world

pytestmark = on_one_database


@on_both_databases
async def test_a_first_score_is_a_personal_best_that_everyone_sees(world: World) -> None:
    await world.create_event(unit="points")

    seen = await world.submit("Ana", "12,345.5")

    assert seen.public == (
        "🎉 **Ana** · Tetris Blitz\n"
        "**12,345.5** points\n"
        "**#1** of 1 · Elo **1000**?\n"
        "16–22 Nov\n"
        "? = still settling: it takes 3 players"
    )
    assert seen.public in world.channel_seen_by("Bob")


async def test_everyone_can_ask_how_a_score_was_rated(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 200})
    submitted = await world.submit("Cy", 300)
    assert list(submitted.buttons) == ["Undo", "How was this rated?"]
    await world.restart_bot()

    for who in ("Cy", "Ana"):
        rating = await world.click(who, submitted, "How was this rated?")
        assert rating.is_private
        assert "Cy · Tetris Blitz\nBest\n**300** → 1245\nthe mean of all bests is 200\n" in rating
        assert "\na spread, the usual distance, is 81.6\n1.225 spreads above the mean\n" in rating
        assert "What weighs" not in rating

    told = (await world.click(world.admin, submitted, "How was this rated?")).alone
    assert told.startswith("Cy · Tetris Blitz\nBest\n")
    assert "\nWhat weighs in this event\nAttendance\nNobody has a rank on the overall board yet.\n" in told
    assert "\nOne score\nAn absurd one (30,000) would move others' all-time Elos by **359** at most.\n" in told


async def test_a_better_score_shows_the_previous_best_and_the_improvement(world: World) -> None:
    await world.create_event(unit="points")
    await world.submit("Ana", 100)

    seen = await world.submit("Ana", "120.5")

    assert seen.public == (
        "🎉 **Ana** · Tetris Blitz\n**120.5** points (+20.5)\n**#1** of 1 · Elo **1000**?\n"
        "16–22 Nov\n? = still settling: it takes 3 players"
    )


async def test_a_shorter_time_is_better_where_less_wins(world: World) -> None:
    await world.create_event("40L Sprint", "LOW", format="time")
    await world.submit("Ana", "1:23.456", "40L Sprint")

    seen = await world.submit("Ana", "0:59.5", "40L Sprint")

    assert "🎉 **Ana** · 40L Sprint\n**59.5s** (−23.956s)\n" in seen


async def test_a_score_that_is_no_better_leaves_the_personal_best(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    for score in (99, 100):
        seen = await world.submit("Ana", score)

        short = "1 short of" if score == 99 else "equals"
        assert seen.public == f"**Ana** · Tetris Blitz\n**{score}** · best 100\n16–22 Nov · {short} your best"


async def test_a_time_longer_than_the_best_is_behind_it_and_not_short_of_it(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    await world.submit("Ana", 60)

    assert "**1:02.5** · best 1:00\n16–22 Nov · 2.5s behind your best" in await world.submit("Ana", 62.5)


async def test_a_score_that_is_no_personal_best_may_be_the_best_of_its_week(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    world.clock.move(weeks=1)

    seen = await world.submit("Ana", 90)

    assert "**90** · best 100\n23–29 Nov · your best this week · 10 short of your best" in seen


async def test_rank_and_elo_in_the_answer_are_those_of_this_moment(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Bob": 200})

    assert "**#1** of 3 · Elo **1245**?\n16–22 Nov · 100 ahead of Bob\n" in await world.submit("Cy", 300)
    ana = await world.submit("Ana", 250)
    assert "**250** (+150)\n#3 → **#2** of 3 · Elo 755 → **1000**\n" in ana
    assert "301 takes #1 from Cy\n16–22 Nov" in ana
    assert "#2 → **#1** of 3 · Elo 1000 → **1141**\n16–22 Nov · level with Cy" in await world.submit("Ana", 300)


async def test_names_of_wide_letters_leave_every_line_of_an_answer_one_line(world: World) -> None:
    await world.create_event()
    first, second = 32 * "漢", 32 * "W"
    await world.submit_all({first: 10_000})

    behind = await world.submit(second, 9_000)
    assert f"🎉 **{5 * 'W'}…** · Tetris Blitz\n" in behind
    assert f"10,001 takes #1 from {6 * '漢'}…\n" in behind
    assert f"16–22 Nov · 1,100 ahead of {4 * 'W'}…\n" in await world.submit(first, 10_100)


async def test_a_step_that_the_event_does_not_take_is_no_step(world: World) -> None:
    await world.create_event(max="300")
    await world.submit_all({"Cy": 300, "Ana": 100})

    assert "150 behind Cy\n16–22 Nov" in await world.submit("Ana", 150)


async def test_a_link_given_as_proof_is_shown(world: World) -> None:
    await world.create_event()

    assert "proof <https://example.com/run_1>" in await world.submit("Ana", 1, proof="https://example.com/run_1")


async def test_a_score_in_a_week_closed_early_counts_for_the_next_and_says_so(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    await world.reset()

    seen = await world.submit("Ana", 50)

    assert "counts for 23–29 Nov: this week is closed · your best for that week" in seen


async def test_a_number_is_understood_as_players_write_it(world: World) -> None:
    await world.create_event()
    numbers = {".5": "0.5", "1,234,567": "1,234,567"}
    for typed, shown in numbers.items():
        assert f"**{shown}**" in await world.submit("Ana", typed)


async def test_a_time_is_understood_as_players_write_it(world: World) -> None:
    await world.create_event(direction="LOW", format="time")
    times = {"59.5s": "59.5s", "61:00": "1:01:00"}
    for typed, shown in times.items():
        assert f"**{shown}**" in await world.submit("Ana", typed)


async def test_a_score_outside_the_bounds_is_refused_with_the_bound(world: World) -> None:
    await world.create_event(direction="LOW", format="time", min="0:30", max="10:00")

    assert await world.refused(world.submit("Ana", "29.9")) == (
        "29.9s is too short: Tetris Blitz takes times from 30s to 10:00."
    )
    assert await world.refused(world.submit("Ana", "10:00.1")) == (
        "10:00.1 is too long: Tetris Blitz takes times from 30s to 10:00."
    )
    assert "🎉" in await world.submit("Ana", "0:30")
    assert "**10:00** · best 30s" in await world.submit("Ana", "10:00")


async def test_an_archived_event_takes_no_scores_and_says_so(world: World) -> None:
    await world.create_event()
    await world.use(world.admin, "event archive", event="Tetris Blitz")

    assert "Tetris Blitz is archived and takes no more scores." in await world.refused(world.submit("Ana", 1))


async def test_a_new_name_of_a_player_shows_with_the_next_score(world: World) -> None:
    await world.create_event()
    ana = world.member("Ana")
    await world.submit(ana, 100)
    world.guild.remove_member(ana)
    await world.submit(world.guild.add_member(ana.user, nick="Queen Ana"), 90)

    board = await world.board()

    assert "**Queen Ana** · 100" in board
    assert "1 player" in board


@on_both_databases
async def test_a_command_that_discord_delivers_twice_counts_once(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)
    world.clock.move(minutes=5)
    before = await world.tables()

    await world.deliver_again()

    assert await world.tables() == before
    assert "already" not in world.channel_seen_by("Ana")


@on_both_databases
async def test_two_scores_of_one_player_at_once_both_count(world: World) -> None:
    await world.create_event()

    seen = await world.at_once(*(world.submit("Ana", score) for score in (100, 300, 200)))

    assert all(not one.is_private for one in seen)
    assert "**Ana** · 300 · 1000" in await world.board()
    assert len((await world.tables())["score_submissions"]) == 3


async def test_events_of_one_server_are_offered_while_a_player_types(world: World) -> None:
    for name in ("Tetris Blitz", "Blitz 40L", "Sprint", "Old Blitz"):
        await world.create_event(name)
    await world.use(world.admin, "event archive", event="Old Blitz")
    rivals = world.add_server("Rivals")
    await world.use(rivals.admin, "event create", name="Blitz of Rivals", direction="LOW")

    assert await world.suggestions("Ana", "submit-score", "event", "BLITZ") == ["Blitz 40L", "Tetris Blitz"]
    assert await world.suggestions("Ana", "submit-score", "event") == ["Blitz 40L", "Sprint", "Tetris Blitz"]
    assert await world.suggestions("Ana", "submit-score", "event", "100%_") == []
    assert "Old Blitz" in await world.suggestions("Ana", "leaderboard", "event", "blitz")


async def test_no_more_than_25_events_are_offered(world: World) -> None:
    for number in range(27):
        await world.create_event(f"Event {number:02}")

    assert await world.suggestions("Ana", "submit-score", "event") == [f"Event {number:02}" for number in range(25)]
    assert await world.suggestions("Ana", "submit-score", "event", "t 26") == ["Event 26"]


async def test_an_accepted_score_starts_a_minute_in_which_the_player_must_wait(database_url: URL) -> None:
    async with open_world(database_url, submit_cooldown_seconds=60) as world:
        await world.create_event()
        await world.create_event("Sprint")
        await world.refused(world.submit("Ana", "a lot"))
        await world.submit("Ana", 1)
        world.clock.move(seconds=14.5)
        told = "You can submit again <t:1795003260:R>."

        assert await world.refused(world.submit("Ana", 2)) == told
        assert await world.refused(world.submit("Ana", 2, "Sprint")) == told
        assert "🎉" in await world.submit("Bob", 2)
        world.clock.move(seconds=45.4)
        assert await world.refused(world.submit("Ana", 2)) == told
        world.clock.move(seconds=0.1)
        assert "🎉" in await world.submit("Ana", 2)


async def test_waiting_in_one_server_does_not_hold_up_a_player_in_another(database_url: URL) -> None:
    async with open_world(database_url, submit_cooldown_seconds=60) as world:
        rivals = world.add_server("Rivals")
        for admin in (world.admin, rivals.admin):
            await world.use(admin, "event create", name="Tetris Blitz", direction="HIGH")
        ana = world.member("Ana")
        await world.submit(ana, 1)

        assert "**#1** of 1" in await world.submit(rivals.member("Ana", user=ana.user), 2)
        assert "You can submit again" in await world.refused(world.submit(ana, 2))
