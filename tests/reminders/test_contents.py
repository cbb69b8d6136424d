"""What a reminder tells a player, and what it leaves out; the tests call only services."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update

from bot.database.models import Job
from bot.domain.jobs import Claim, JobKind, Lane
from bot.domain.reminders import REMINDED_AFTER, Message, Reminder
from bot.domain.rules import Rules
from bot.domain.servers import NewMember
from bot.errors import ScoreHeld
from bot.services.events import EventOptions
from bot.services.jobs._queue import claim_due
from bot.ui.reminders import show_reminder
from tests import tables
from tests.backends import ADMIN, EVENT, GUILD, TestBackend
from tests.one_database import on_both_databases, on_one_database
from tests.reminders.test_reminders import SUNDAY

pytestmark = on_one_database

ANA, BEN = 1, 2


async def switch_on(backend: TestBackend, *reminders: Reminder) -> None:
    for reminder in reminders:
        await backend.real.services.reminders.switch(GUILD, ANA, reminder, is_on=True)


async def claimed(backend: TestBackend) -> Claim:
    """Claim the job of Ana's reminders, which is due now."""
    now = backend.clock.now
    await tables.execute(backend.database, update(Job).values(claimed_until=None, due_at=now))
    claim_one = partial(claim_due, now=now, lane=Lane.MESSAGES, kinds=[JobKind.REMINDER], most=1)
    [claim] = await backend.database.write(claim_one)
    return claim


async def drafted(backend: TestBackend) -> Message:
    """Return the message that Ana would get now."""
    message = await backend.real.services.reminders.draft(await claimed(backend))
    assert message is not None
    return message


@pytest.fixture
async def sunday(backend: TestBackend) -> TestBackend:
    """Go to the last day of a week that only Ben has played; Ana and Ben have both played the week before."""
    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 200})
    backend.clock.move(weeks=1)
    await backend.run()
    await switch_on(backend, Reminder.MISSED_WEEK)
    await backend.submit(BEN, 150)
    await backend.rate()
    backend.clock.now = SUNDAY
    assert [one.event.name for one in (await drafted(backend)).missing] == [EVENT]
    return backend


async def test_a_try_is_over_after_its_message_or_when_the_player_begins_anew(backend: TestBackend) -> None:
    reminders, again = backend.real.services.reminders, backend.clock.now + REMINDED_AFTER
    await switch_on(backend, Reminder.RESULTS)
    message = await drafted(backend)
    assert message.next_at > again

    await reminders.begin(await claimed(backend), message)
    assert (await drafted(backend)).next_at == again
    await reminders.keep(await claimed(backend), message)
    assert (await drafted(backend)).next_at == message.next_at

    await reminders.begin(await claimed(backend), message)
    await reminders.switch(GUILD, ANA, Reminder.RESULTS, is_on=False)
    await switch_on(backend, Reminder.RESULTS)
    assert (await drafted(backend)).next_at == message.next_at


async def test_who_is_excused_from_a_week_of_an_event_does_not_miss_it(sunday: TestBackend) -> None:
    excuse = sunday.real.services.excuses.excuse
    await sunday.create_event(name="Sprint")
    await excuse(ADMIN, ANA, "2026-W48", "Sprint")
    assert len((await drafted(sunday)).missing) == 1
    await excuse(ADMIN, ANA, "2026-W48", EVENT)
    assert (await drafted(sunday)).missing == ()


async def test_a_score_of_the_week_that_waits_for_an_admin_is_named(sunday: TestBackend) -> None:
    await sunday.real.services.events.edit(ADMIN, EVENT, EventOptions(alarm_max="900"))
    with pytest.raises(ScoreHeld):
        await sunday.submit(ANA, 1_000)
    message = await drafted(sunday)
    assert [one.held for one in message.missing] == [1_000]
    told = show_reminder(message, "Arcade").cards[0].text
    assert "Your 1,000 waits for an admin, and you have no other score this week. A missed week counts 0:" in told


async def test_a_week_that_will_not_be_rated_is_not_missed(sunday: TestBackend) -> None:
    await sunday.real.services.rules.change(ADMIN, EVENT, Rules(min_field=2))
    assert (await drafted(sunday)).missing == ()
    await sunday.submit(3, 10)
    assert len((await drafted(sunday)).missing) == 1


async def test_a_week_that_others_play_late_is_looked_at_again(backend: TestBackend) -> None:
    async def next_look() -> Message:
        """Run the job of Ana's reminders, and return the message that it has next."""
        service, claim = backend.real.services.reminders, await claimed(backend)
        message = await service.draft(claim)
        assert message is not None
        await service.keep(claim, message)
        backend.clock.now = message.next_at
        return await drafted(backend)

    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 200})
    backend.clock.move(weeks=1)
    await backend.run()
    await switch_on(backend, Reminder.MISSED_WEEK, Reminder.OVERTAKEN)
    backend.clock.now, midnight = SUNDAY, SUNDAY.replace(minute=0, second=ANA)
    assert (await drafted(backend)).missing == ()
    assert (await next_look()).missing == ()
    assert backend.clock.now == midnight + timedelta(hours=12)

    assert (await next_look()).missing == ()
    assert backend.clock.now == midnight + timedelta(hours=21)
    await backend.submit(BEN, 150)
    last = await drafted(backend)
    assert [one.event.name for one in last.missing] == [EVENT]
    # The daily message is soon, and tells what the day has brought.
    assert not last.tells_day
    assert (await next_look()).tells_day
    assert backend.clock.now == midnight + timedelta(days=1)


async def test_a_week_is_not_looked_at_again_once_it_was_told(sunday: TestBackend) -> None:
    claim = await claimed(sunday)
    message = await sunday.real.services.reminders.draft(claim)
    assert message is not None
    assert message.next_at == SUNDAY.replace(minute=0, second=ANA) + timedelta(days=1)


async def test_a_reminder_leads_to_where_scores_are_at_home(sunday: TestBackend) -> None:
    assert (await drafted(sunday)).channel_id is None
    await sunday.real.services.events.edit(ADMIN, EVENT, EventOptions(default_channel_id=77))
    assert (await drafted(sunday)).channel_id == 77
    await sunday.real.services.boards.post(ADMIN, EVENT, 78)
    assert (await drafted(sunday)).channel_id == 78


async def test_removed_scores_and_archived_events_overtake_nobody(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 150})
    await backend.real.services.removals.remove(ADMIN, EVENT, BEN)
    await switch_on(backend, Reminder.OVERTAKEN)
    backend.clock.move(hours=1)
    await backend.submit(BEN, 160)
    backend.clock.move(days=1)
    [told] = (await drafted(backend)).overtaken
    assert [(player.discord_id, score) for player, score in told.others] == [(BEN, 160)]
    await backend.real.services.events.archive(ADMIN, EVENT)
    assert (await drafted(backend)).overtaken == ()


async def test_a_score_that_an_admin_added_later_overtakes_and_is_a_rivals_best(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 90})
    backend.clock.move(days=3)
    await switch_on(backend, Reminder.OVERTAKEN)
    await backend.real.services.reminders.follow(GUILD, ANA, BEN)
    backend.clock.move(hours=1)
    admin, made_at = replace(ADMIN, interaction_id=1), backend.clock.now - timedelta(days=2)
    await backend.real.services.additions.add(admin, EVENT, NewMember(BEN, "ben", "Ben"), 150, made_at)
    backend.clock.move(days=1)
    message = await drafted(backend)
    [told], [rival] = message.overtaken, message.rival
    assert [(player.discord_id, score) for player, score in told.others] == [(BEN, 150)]
    assert rival.rival_best == 150


@on_both_databases
async def test_who_was_ahead_of_a_players_first_score_has_overtaken_nobody(backend: TestBackend) -> None:
    await backend.create_event()
    await switch_on(backend, Reminder.OVERTAKEN)
    backend.clock.move(hours=1)
    await backend.submit(BEN, 300)
    backend.clock.move(hours=1)
    await backend.submit(ANA, 100)
    backend.clock.move(hours=1)
    await backend.submit(3, 200)
    backend.clock.move(days=1)
    [told] = (await drafted(backend)).overtaken
    assert [player.discord_id for player, _ in told.others] == [3]


@on_both_databases
async def test_who_stayed_ahead_has_not_overtaken_a_player_who_improved(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 90, BEN: 95, 3: 80, 4: 90})
    await switch_on(backend, Reminder.OVERTAKEN)
    for player, score in ((BEN, 110), (3, 120), (4, 130), (ANA, 100), (5, 140)):
        backend.clock.move(hours=1)
        await backend.submit(player, score)
    backend.clock.move(days=1)
    [told] = (await drafted(backend)).overtaken
    assert [player.discord_id for player, _ in told.others] == [5, 4, 3]
    assert (told.number, told.rank) == (3, 5)


async def test_who_overtook_a_player_that_improved_later_has_overtaken_them(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 80})
    await switch_on(backend, Reminder.OVERTAKEN)
    for player, score in ((BEN, 104), (BEN, 110), (ANA, 105)):
        backend.clock.move(hours=1)
        await backend.submit(player, score)
    backend.clock.move(days=1)
    [told] = (await drafted(backend)).overtaken
    assert [(player.discord_id, score) for player, score in told.others] == [(BEN, 110)]


async def test_three_of_those_who_have_overtaken_a_player_are_named(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit(ANA, 100)
    await switch_on(backend, Reminder.OVERTAKEN)
    backend.clock.move(hours=1)
    await backend.submit_all({player: 100 + player for player in range(2, 7)})
    backend.clock.move(days=1)
    [told] = (await drafted(backend)).overtaken
    assert ([score for _, score in told.others], told.number, told.rank) == ([106, 105, 104], 5, 6)


async def test_results_are_told_the_latest_week_first(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.play({ANA: 1, BEN: 2}, {ANA: 2, BEN: 1}, {BEN: 3})
    await switch_on(backend, Reminder.RESULTS)
    backend.clock.move(hours=1)
    await backend.run()
    backend.clock.move(hours=1)
    assert [str(one.week) for one in (await drafted(backend)).results] == ["2026-W46", "2026-W45"]


async def test_what_a_rival_did_before_they_were_followed_is_nobodys_news(backend: TestBackend) -> None:
    await backend.create_event()
    await backend.submit_all({ANA: 100, BEN: 90})
    await switch_on(backend, Reminder.OVERTAKEN)
    backend.clock.move(hours=1)
    await backend.submit(BEN, 95)
    backend.clock.move(hours=1)
    await backend.real.services.reminders.follow(GUILD, ANA, BEN)
    backend.clock.now += timedelta(days=1)
    assert (await drafted(backend)).rival == ()
