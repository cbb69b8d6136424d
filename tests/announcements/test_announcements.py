"""Announcements of results and records: each is posted once, outside quiet hours, and updated when the data change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.sample_pictures import WEEK, event
from bot.database.models import GuildSettings, Job
from bot.domain.announcements import Climb, Results
from bot.domain.servers import NewMember, PlayerName, QuietHours
from bot.domain.standings import Standing
from bot.errors import InvalidSetting
from bot.services.announcements._announcements import Announcements
from bot.ui.announcements import show_results
from tests import tables
from tests.backends import EVENT
from tests.one_database import on_one_database
from tests.wire.discord_stub import HOME, User
from tests.wire.wired_bot import ADMIN, WiredBot, actor

ANA, BEN, CY, DAN = (User(name.lower(), display_name=name) for name in ("Ana", "Ben", "Cy", "Dan"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
"""The end of the current week."""
CLOSE = MONDAY + 2 * HOUR


class Server:
    """A server whose announcements go to a channel, with an event."""

    def __init__(self, wired: WiredBot) -> None:
        self.wired = wired
        self.clock = wired.backend.clock

    async def play(self, *scores: tuple[User, int | str]) -> None:
        for player, score in scores:
            await self.wired.submit(player, str(score))

    async def told(self, about: str, now: datetime | None = None) -> list[str]:
        """Return the texts in the channel about something, at a given time or else a minute later."""
        self.clock.now = self.clock.now + timedelta(minutes=1) if now is None else now
        await self.wired.backend.real.jobs.do_due()
        messages = self.wired.discord.channels.messages
        assert {message.channel_id for message in messages} <= {HOME.news.id}
        return [message.text for message in messages if about in message.text]


@pytest.fixture
async def server(jobs_by_request: None, wired: WiredBot) -> AsyncIterator[Server]:
    await wired.create_event()
    await wired.set(ADMIN, announcements=HOME.news, close_weeks=True)
    yield Server(wired)
    left = await tables.rows(wired.backend.database, Job)
    assert [(job["kind"], job["tries"], job["last_error"]) for job in left] == [("close weeks", 0, None)]


async def test_results_are_told_at_a_close_and_corrected_by_an_undo(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90), (CY, 80), (DAN, 70))
    [first] = await server.told("🏆", CLOSE)
    assert first.splitlines() == [
        "🏆 Tetris Blitz · 16–22 November",
        "🥇 **Ana** · 100 · 1268",
        "🥈 **Ben** · 90 · 1089",
        "🥉 **Cy** · 80 · 911",
        "**Overall** 1\u00a0Ana\u00a01268 · 2\u00a0Ben\u00a01089 · 3\u00a0Cy\u00a0911",
        "4 played · the next week closes <t:1796004000:R>",
        "Full results",
        "How was this rated?",
        "Picture",
        "Undo",
    ]
    await server.play((DAN, 95), (ANA, 110), (BEN, 85))
    [second] = (await server.told("🏆", CLOSE + 7 * DAY))[1:]
    assert "\n**Climber** Dan, 4 → 2\n**Overall** 1" in second
    assert "Cy" not in second.split("**Overall**")[0]
    await server.wired.use(ADMIN, "weekly-undo", event=EVENT)
    assert (await server.told("🏆"))[1].splitlines()[1:] == ["The week is open again."]
    closed = await server.wired.reset()
    assert f"The results are back in <#{HOME.news.id}>." in closed.text
    assert await server.told("🏆") == [first, second]


@on_one_database
async def test_weeks_that_closed_by_themselves_are_undone_below_the_results(server: Server) -> None:
    wired = server.wired
    await server.play((ANA, 100), (BEN, 90))
    server.clock.move(weeks=1)
    await server.play((ANA, 80))
    await server.told("🏆", CLOSE + 7 * DAY)
    [results] = wired.discord.channels.messages

    assert (await wired.refused(wired.discord.click(BEN, results, "Undo 23–29 Nov"))).startswith("Only admins")
    undone = await wired.discord.click(ADMIN, results, "Undo 23–29 Nov")

    assert "Tetris Blitz · 23–29 Nov is open again" in undone.text
    [told] = await server.told("🏆")
    assert told.startswith("🏆 Tetris Blitz · 16–22 November\n🥇 **Ana** · 100")
    [results] = wired.discord.channels.messages
    await wired.discord.click(ADMIN, results, "Undo")
    assert await server.told("🏆") == ["🏆 Tetris Blitz · 23–29 November\nThe week is open again."]


async def test_a_reopened_week_that_closes_with_the_next_is_not_called_open(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    await server.told("🏆", CLOSE)
    await server.wired.use(ADMIN, "weekly-undo", event=EVENT)
    [reopened] = await server.told("🏆")
    assert "The week is open again." in reopened
    await server.play((ANA, 110))

    first, second = await server.told("🏆", CLOSE + 7 * DAY)

    assert "🥇 **Ana** · 100 · 1200" in first
    assert "**Closed with it**\n16–22 Nov: **Ana** · 100" in second
    for _ in range(2):
        await server.wired.use(ADMIN, "weekly-undo", event=EVENT)
    assert all("The week is open again." in text for text in await server.told("🏆"))
    # The messages follow without a channel for announcements too.
    await server.wired.set(ADMIN, announcements=HOME.news)
    await server.wired.reset()
    assert not any("open again" in text for text in await server.told("🏆"))


@on_one_database
async def test_results_that_an_admin_deleted_come_again_with_the_next_close(server: Server) -> None:
    messages = server.wired.discord.channels.messages
    await server.play((ANA, 100), (BEN, 90))
    [first] = await server.told("🏆", CLOSE)
    await server.wired.use(ADMIN, "weekly-undo", event=EVENT)
    await server.told("🏆")
    messages.clear()
    await server.wired.reset()
    assert await server.told("🏆") == [first]
    # Without another close, a deleted message stays deleted.
    messages.clear()
    await server.wired.use(ADMIN, "event edit", event=EVENT, name="Tetris")
    assert await server.told("🏆") == []
    server.wired.expect_what_failed()


@on_one_database
async def test_the_latest_results_follow_the_settings_that_say_when_weeks_close(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    [told] = await server.told("🏆", CLOSE)
    assert f"the next week closes <t:{int((CLOSE + 7 * DAY).timestamp())}:R>" in told
    await server.wired.set(ADMIN, grace=180)
    [told] = await server.told("🏆")
    assert f"the next week closes <t:{int((CLOSE + 7 * DAY + HOUR).timestamp())}:R>" in told
    await server.wired.set(ADMIN, close_weeks=False)
    [told] = await server.told("🏆")
    assert f"the next week ends <t:{int((MONDAY + 7 * DAY).timestamp())}:R>" in told
    await server.wired.set(ADMIN, close_weeks=True)
    await server.told("🏆")


@on_one_database
async def test_a_time_zone_chosen_later_makes_no_close_early(server: Server) -> None:
    await server.wired.set(ADMIN, time_zone="Asia/Tokyo")
    await server.play((ANA, 100), (BEN, 90))
    [told] = await server.told("🏆", CLOSE - 9 * HOUR)
    await server.wired.set(ADMIN, time_zone="UTC")
    await server.wired.use(ADMIN, "event edit", event=EVENT, unit="points")
    [edited] = await server.told("🏆", CLOSE + DAY)
    assert "🥇 **Ana** · 100 points" in edited
    assert "Closed early" not in told + edited


@on_one_database
async def test_a_channel_that_was_just_left_ends_no_announcements_elsewhere(server: Server) -> None:
    database, left = server.wired.backend.database, HOME.channel.id
    announcements = Announcements(database, server.clock)
    assert not await database.write(lambda session: announcements.stop(session, HOME.id, "1:202647", left))
    [settings] = await tables.rows(database, GuildSettings)
    assert settings["announcement_channel_id"] == HOME.news.id


@on_one_database
async def test_a_channel_that_is_gone_is_dropped_from_the_settings(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    server.wired.discord.channels.deleted.add(HOME.news.id)
    assert await server.told("🏆", CLOSE) == []
    [settings] = await tables.rows(server.wired.backend.database, GuildSettings)
    assert settings["announcement_channel_id"] is None
    server.wired.expect_what_failed()


async def test_weeks_that_were_caught_up_after_downtime_are_told_in_one_notice(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    server.clock.now = MONDAY + DAY
    await server.play((BEN, 95))
    [told] = await server.told("🏆", CLOSE + 22 * DAY)
    assert "🏆 Tetris Blitz · 23–29 November\n🥇 **Ben** · 95 · 1000" in told
    assert "**Closed with it**\n16–22 Nov: **Ana** · 100" in told
    await server.wired.use(ADMIN, "weekly-undo", event=EVENT)
    [told] = await server.told("🏆")
    assert "🏆 Tetris Blitz · 16–22 November\n🥇 **Ana** · 100" in told
    assert "Closed with it" not in told


async def test_a_week_that_is_closed_late_names_the_end_of_the_open_week(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    [told] = await server.told("🏆", CLOSE + 16 * DAY)
    assert "🥇 **Ana** · 100 · 1200?\n🥈 **Ben** · 90 · 800?\n" in told
    assert told.endswith("\n? = fewer than 3 players\nFull results\nHow was this rated?\nPicture\nUndo")
    assert f"2 played · the next week closes <t:{int((CLOSE + 21 * DAY).timestamp())}:R>" in told


async def test_a_week_that_is_run_again_without_its_only_score_is_told_no_more(server: Server) -> None:
    await server.play((ANA, 100))
    server.clock.now = MONDAY + DAY
    await server.play((BEN, 95))
    [told] = await server.told("🏆", CLOSE + 22 * DAY)
    assert "**Closed with it**\n16–22 Nov: **Ana** · 100" in told
    removals = server.wired.backend.real.services.removals
    await removals.remove(actor(ADMIN), EVENT, ANA.id, reruns_week=True)
    [told] = await server.told("🏆")
    assert "🏆 Tetris Blitz · 23–29 November\n🥇 **Ben** · 95 · 1000" in told
    assert "Closed with it" not in told


@on_one_database
async def test_the_latest_results_follow_corrections_of_the_overall_board(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90), (CY, 80))
    await server.told("🏆", CLOSE)
    await server.play((ANA, 95), (BEN, 85))
    services, ada = server.wired.backend.real.services, actor(ADMIN)

    async def overall(now: datetime | None = None) -> str:
        await server.wired.backend.rate()
        return next(line for line in (await server.told("🏆", now))[1].splitlines() if "**Overall**" in line)

    told = await overall(CLOSE + 7 * DAY)
    assert "Ben" in told
    await services.removals.remove(ada, EVENT, BEN.id, "90")
    assert await overall() != told
    await services.removals.restore(ada, EVENT, BEN.id)
    assert await overall() == told
    await services.withdrawals.withdraw(ada, BEN.id)
    assert "Ben" not in await overall()
    await services.withdrawals.bring_back(ada, BEN.id)
    assert await overall() == told
    await services.excuses.excuse(ada, CY.id, "2026-W48")
    assert await overall() != told
    await services.excuses.take_back(ada, CY.id, "2026-W48")
    assert await overall() == told
    await services.additions.add(ada, EVENT, NewMember(CY.id, "cy", "Cy"), 99.0, server.clock.now)
    assert await overall() != told


async def test_leaders_and_records_are_told_and_corrected_when_a_score_goes(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    assert await server.told("👑") == []
    server.clock.now += 3 * DAY
    await server.play((BEN, 95), (CY, 100))
    await server.play((BEN, 110), (ANA, 105))
    lead = "👑 **Ben** leads Tetris Blitz with **110**, {} ahead of {}, who led for 3 days."
    assert await server.told("👑") == [lead.format(10, "Ana")]
    server.clock.now += DAY
    await server.play((BEN, 120))
    own = "👑 **Ben** beats their own record in Tetris Blitz: **120**, 10 better than before."
    assert await server.told("👑") == [lead.format(10, "Ana"), own]
    home = actor(ADMIN, HOME)
    removals, withdrawals = server.wired.backend.real.services.removals, server.wired.backend.real.services.withdrawals
    await removals.remove(home, EVENT, BEN.id, "110")
    broken = "👑 **Ben** leads Tetris Blitz with **120**, 15 ahead of Ana, who led for 4 days."
    assert await server.told("") == ["~~Ben led Tetris Blitz with 110~~\nthis is no record any more", broken]
    await withdrawals.withdraw(home, ANA.id)
    assert (await server.told("👑"))[-1].endswith("20 ahead of Cy, who led for 1 day.")
    await withdrawals.bring_back(home, ANA.id)
    await removals.restore(home, EVENT, BEN.id)
    assert await server.told("") == [lead.format(10, "Ana"), own]


@on_one_database
async def test_a_record_that_an_admin_adds_or_restores_is_told(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 90))
    services, ada = server.wired.backend.real.services, actor(ADMIN)
    await services.additions.add(ada, EVENT, NewMember(CY.id, "cy", "Cy"), 110.0, server.clock.now)
    assert ["👑 **Cy** leads" in text for text in await server.told("")] == [True]

    await server.play((DAN, 130))
    await services.removals.remove(ada, EVENT, DAN.id)
    assert len(await server.told("👑")) == 1
    await services.removals.restore(ada, EVENT, DAN.id)

    assert (await server.told("👑"))[1].startswith("👑 **Dan** leads Tetris Blitz with **130**, 20 ahead of Cy")


@on_one_database
async def test_an_import_of_old_scores_tells_no_record(server: Server) -> None:
    await server.play((ANA, 100))
    server.clock.move(days=1)
    scores = f"player,score,time\n{BEN.id},110,2026-11-16\n{BEN.id},120,2026-11-17\n".encode()

    await server.wired.backend.real.services.transfer.import_scores(actor(ADMIN), EVENT, scores)

    assert await server.told("") == []


@on_one_database
async def test_the_distance_of_a_record_is_written_as_exactly_as_the_scores_are(server: Server) -> None:
    await server.wired.use(ADMIN, "event edit", event=EVENT, direction="LOW", format="time")
    await server.play((ANA, "1:24.123"), (BEN, "1:23.456"))
    [told] = await server.told("👑")
    assert "with **1:23.456**, 0.667s ahead of Ana" in told


@on_one_database
async def test_a_record_over_nobody_who_counts_names_no_former_holder(server: Server) -> None:
    await server.play((ANA, 100), (BEN, 110))
    assert "10 ahead of Ana" in (await server.told("👑"))[0]
    withdrawals = server.wired.backend.real.services.withdrawals
    await withdrawals.withdraw(actor(ADMIN, HOME), ANA.id)
    taken_back = ["~~Ben led Tetris Blitz with 110~~\nthis is no record any more"]
    assert await server.told("") == taken_back
    await withdrawals.bring_back(actor(ADMIN, HOME), ANA.id)
    assert "10 ahead of Ana" in (await server.told("👑"))[0]


async def test_a_lead_that_is_lost_within_a_minute_or_a_quiet_night_is_not_told(server: Server) -> None:
    await server.wired.set(ADMIN, quiet_from="22", quiet_to="8:30", time_zone="Europe/Berlin")
    await server.play((ANA, 100))
    server.clock.now += 9 * HOUR
    await server.play((BEN, 110))
    assert await server.told("") == []
    server.clock.now += HOUR
    await server.play((CY, 120))
    assert await server.told("") == []
    morning = datetime(2026, 11, 19, 7, 30, tzinfo=UTC)
    assert await server.told("", morning - timedelta(seconds=1)) == []
    [told] = await server.told("", morning)
    assert told.startswith("👑 **Cy** leads")
    await server.wired.set(ADMIN, announcements=HOME.news)
    await server.play((DAN, 130))
    assert await server.told("") == [told]


def test_a_wide_name_of_a_leader_leaves_room_for_the_elo_on_its_line() -> None:
    wide, robin = PlayerName(1, 32 * "W"), PlayerName(2, "Christopher Robinson")
    results = Results(
        event=event(),
        week=WEEK,
        earlier=(),
        podium=(),
        players=10_000,
        leaders=(Standing(1, wide, 18_900.0, 1_268), Standing(2, robin, 18_800.0, 1_266)),
        climb=Climb(robin, 9_996, 4_776),
        chase=None,
        next_close=None,
        closes_itself=False,
        closed_early=False,
        ran_at=CLOSE,
    )

    [card] = show_results(results).cards

    assert card.lines == (
        "**Climber** Christopher Robinson, 9,996 → 4,776",
        f"**Overall** 1\u00a0{10 * 'W'}…\u00a01268 · 2\u00a0Christopher Robinson\u00a01266",
    )


@pytest.mark.parametrize(
    ("hours", "zone", "now", "end"),
    [
        ((22 * 60, 8 * 60), "UTC", "2026-11-18T22:00", "2026-11-19T08:00"),
        ((22 * 60, 8 * 60), "UTC", "2026-11-18T07:59", "2026-11-18T08:00"),
        ((22 * 60, 8 * 60), "UTC", "2026-11-18T08:00", None),
        ((60, 120), "UTC", "2026-11-18T01:30", "2026-11-18T02:00"),
        ((60, 120), "UTC", "2026-11-18T22:30", None),
        # At 2:00 clocks go forward to 3:00, so there is no 2:30.
        ((22 * 60, 150), "Europe/Berlin", "2026-03-28T22:00", "2026-03-29T01:30"),
        # At 3:00 clocks go back to 2:00, so 2:30 occurs twice.
        ((22 * 60, 150), "Europe/Berlin", "2026-10-24T22:00", "2026-10-25T00:30"),
    ],
)
def test_quiet_hours_end_by_the_wall_clock(hours: tuple[int, int], zone: str, now: str, end: str | None) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert QuietHours(*hours).end(at, zone) == (None if end is None else datetime.fromisoformat(f"{end}+00:00"))


@pytest.mark.one_database
async def test_quiet_hours_are_taken_as_people_write_them(server: Server) -> None:
    settings, home = server.wired.backend.real.services.settings, actor(ADMIN, HOME)
    shown = await settings.change(home, quiet_from="22:00", quiet_to="8h30")
    assert str(shown.settings.quiet_hours) == "22:00 to 8:30"
    shown = await settings.change(home, quiet_to="7")
    assert str(shown.settings.quiet_hours) == "22:00 to 7:00"
    assert (await settings.change(home, quiet_from="none")).settings.quiet_hours is None
    for begin, end in (("25", None), (None, "soon"), ("8", None)):
        with pytest.raises(InvalidSetting):
            await settings.change(home, quiet_from=begin, quiet_to=end)
