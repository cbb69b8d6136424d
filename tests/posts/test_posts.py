"""A post shows the data of the database: sent once despite failures, edited on changes, ended on refusal."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.cogs._pace import Pace
from bot.cogs.posts import Poster, Publication
from bot.database.models import Job, Notice, Post
from bot.domain.jobs import JobKind
from bot.domain.posts import Draft
from bot.services.jobs import JobRunner, schedule
from bot.services.posts import refresh_posts
from bot.ui.card import Card, Reply
from tests import tables
from tests.outages import statements_fail
from tests.wire.discord_stub import HOME, Fault, User
from tests.wire.wired_bot import ADMIN, WiredBot

KIND, KEY = JobKind.RESULTS, "1:202647"
MINUTE = timedelta(minutes=1)


@dataclass
class Story:
    """The contents of a post, and the bot that posts it in a channel of the Discord stub."""

    wired: WiredBot
    now: Draft[str] | None = field(default_factory=lambda: Draft(HOME.id, 1, HOME.news.id, "first"))
    returns: bool = False
    stopped: list[str] = field(default_factory=list)
    pace: Pace = field(default_factory=Pace)

    async def draft(self, key: str) -> Draft[str] | None:
        return self.now

    def stop(self, session: Session, guild_id: int, key: str, channel_id: int) -> bool:
        if self.now is None or self.now.channel_id != channel_id:
            return False
        self.stopped.append(key)
        return True

    async def tell(self, *contents: str, changed: bool = True) -> list[str]:
        """Let the post say one thing after the other; return the resulting texts in the channel."""
        database, clock = self.wired.backend.database, self.wired.backend.clock
        poster = Poster(
            self.wired.client,
            self.wired.backend.real.services.posts,
            {KIND: Publication(self, show, self.returns)},
            self.pace,
        )
        for content in contents:
            if self.now is not None:
                self.now = replace(self.now, content=content)
            if changed:
                await database.write(lambda session: schedule(session, KIND, KEY, clock.now))
            await JobRunner(database, clock, {KIND: poster.do}).do_due()
        return [message.text for message in self.wired.discord.channels.messages]

    async def fail(self, content: str) -> None:
        """Make an attempt at the post fail, and move the clock to the next one."""
        await self.tell(content)
        [job] = await tables.rows(self.wired.backend.database, Job)
        assert job["last_error"] is not None
        self.wired.backend.clock.now = job["due_at"]

    async def again(self) -> list[str]:
        """Run the remaining jobs; afterwards none is left."""
        assert self.now is not None
        told = await self.tell(self.now.content, changed=False)
        assert await tables.rows(self.wired.backend.database, Job) == []
        return told


def show(content: str) -> Reply:
    return Reply([Card(None, (content,))])


@pytest.fixture
async def story(jobs_by_request: None, wired: WiredBot) -> AsyncIterator[Story]:
    await wired.create_event()
    yield Story(wired)
    wired.expect_what_failed()


async def test_a_post_is_sent_once_and_edited_only_when_it_says_something_new(story: Story) -> None:
    discord = story.wired.discord
    assert await story.tell("first", "first") == ["first"]
    assert await story.tell("second", "second") == ["second"]
    [message] = discord.channels.messages
    assert message.allowed_mentions == [{"parse": []}] * 2
    sent = [one.method for one in discord.exchanges if one.path.startswith("/channels")]
    assert sent == ["POST", "PATCH"]
    discord.channels.messages.clear()
    assert await story.tell("third", "third") == []
    story.returns = True
    assert await story.tell("fourth") == ["fourth"]


async def test_neither_a_lost_answer_nor_a_killed_process_posts_twice(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    discord = story.wired.discord
    discord.fail_next("/messages", Fault.RESET_BEFORE)
    await story.fail("first")
    discord.fail_next("/messages", Fault.RESET_AFTER)
    await story.fail("first")
    assert len(discord.channels.messages) == 1
    with statements_fail("UPDATE posts"):
        await story.fail("second")
    assert len(discord.channels.messages) == 1
    assert await story.again() == ["second"]
    discord.fail_next("/messages", Fault.RESET_AFTER)
    await story.fail("third")
    assert await story.again() == ["third"]
    caplog.clear()


async def test_what_changes_while_it_is_being_sent_is_told_too(story: Story) -> None:
    database, clock = story.wired.backend.database, story.wired.backend.clock
    for number in range(2):
        changed = f"changed {number}"

        async def change(changed: str = changed) -> None:
            assert story.now is not None
            story.pace.wait = Pace().wait  # type: ignore[method-assign]
            story.now = replace(story.now, content=changed)
            await database.write(lambda session: refresh_posts(session, [1], clock.now))

        story.pace.wait = change  # type: ignore[method-assign]
        assert await story.tell(f"first {number}") == [changed]
        assert await tables.rows(database, Job) == []


async def test_news_wait_for_their_time_and_what_is_no_news_is_only_corrected(story: Story) -> None:
    assert story.now is not None
    clock, waiting = story.wired.backend.clock, replace(story.now, not_before=story.wired.backend.clock.now + MINUTE)
    story.now = waiting
    assert await story.tell("first") == []
    clock.now += MINUTE
    story.now = replace(waiting, not_before=None, is_news=False)
    assert await story.again() == []
    story.now = replace(story.now, is_news=True)
    assert await story.tell("second") == ["second"]
    story.now = replace(story.now, is_news=False, channel_id=None)
    assert await story.tell("third") == ["third"]
    story.now = None
    assert await story.tell("fourth") == ["third"]


async def test_a_post_that_is_too_old_comes_anew_once_whatever_is_lost(
    story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    clock, discord = story.wired.backend.clock, story.wired.discord
    assert story.now is not None
    story.now = replace(story.now, not_older_than=clock.now - MINUTE)
    await story.tell("first")
    [first] = discord.channels.messages
    assert await story.tell("second") == ["second"]
    assert discord.channels.messages == [first]
    story.now = replace(story.now, not_older_than=clock.now)
    # discord.py sends a deletion request twice.
    discord.fail_next("/messages", Fault.RESET_BEFORE, times=2)
    await story.fail("second")
    assert await story.again() == ["second"]
    [second] = discord.channels.messages
    story.now = replace(story.now, not_older_than=clock.now)
    discord.fail_next("/messages", Fault.RESET_AFTER)
    assert await story.tell("second") == ["second"]
    [third] = discord.channels.messages
    assert len({id(message) for message in (first, second, third)}) == 3
    # This holds too if the post should be nowhere, or if somebody has deleted it.
    story.now = replace(story.now, channel_id=None, not_older_than=clock.now)
    assert await story.tell("third") == ["third"]
    discord.channels.messages.clear()
    story.now = replace(story.now, channel_id=HOME.channel.id)
    assert await story.tell("fourth") == ["fourth"]
    caplog.clear()


@pytest.mark.parametrize("trouble", ["deleted", "closed"])
async def test_a_gone_or_forbidden_channel_ends_its_posts_and_is_told_once(story: Story, trouble: str) -> None:
    wired, channels = story.wired, story.wired.discord.channels
    await story.tell("first")
    getattr(channels, trouble).add(HOME.news.id)
    assert await story.tell("second") == ["first"]
    assert story.stopped == [KEY]
    assert await tables.rows(wired.backend.database, Job) == []
    [notice] = await tables.rows(wired.backend.database, Notice)
    assert (notice["kind"], notice["place_id"], notice["shown_at"]) == (KIND, HOME.news.id, None)
    words = "Results and records are not announced any more"
    assert words not in (await wired.submit(User("ben"), "100")).text
    told = await wired.use(ADMIN, "audit")
    await told.finished(2)
    assert words in told.final.text
    assert told.final.ephemeral
    assert words in (await wired.set(ADMIN)).text
    assert [words in reply.text for reply in wired.discord.replies].count(True) == 2


async def test_posts_in_archived_threads_are_edited_and_taken_down(story: Story) -> None:
    channels = story.wired.discord.channels
    await story.tell("first")
    channels.archived.add(HOME.news.id)
    assert await story.tell("second") == ["second"]
    channels.archived.add(HOME.news.id)
    assert story.now is not None
    story.now = replace(story.now, not_older_than=story.wired.backend.clock.now)
    assert await story.tell("third") == ["third"]
    channels.archived.add(HOME.news.id)
    channels.closed.add(HOME.news.id)
    await story.tell("fourth")
    assert story.stopped == [KEY]


async def test_an_old_channel_that_is_gone_ends_no_posts_in_a_new_one(story: Story) -> None:
    await story.tell("first")
    story.wired.discord.channels.deleted.add(HOME.news.id)
    assert story.now is not None
    story.now = replace(story.now, channel_id=HOME.channel.id)
    await story.tell("second")
    assert story.stopped == []
    await tables.execute(story.wired.backend.database, delete(Post))
    assert await story.tell("third") == ["first", "third"]


async def test_a_channel_that_was_just_left_ends_no_posts_in_the_new_one(story: Story) -> None:
    story.wired.discord.channels.deleted.add(HOME.news.id)

    async def move() -> None:
        assert story.now is not None
        story.pace.wait = Pace().wait  # type: ignore[method-assign]
        story.now = replace(story.now, channel_id=HOME.channel.id)

    story.pace.wait = move  # type: ignore[method-assign]
    assert await story.tell("first") == ["first"]
    assert story.stopped == []
    assert await tables.rows(story.wired.backend.database, Notice) == []
