"""Admins see held scores in a review channel: each once, and up to date, whatever is decided."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cogs import handlers_of
from bot.database.models import GuildSettings, Job, Notice
from bot.domain.jobs import JobKind
from bot.domain.posts import Post
from bot.errors import NothingHeld
from bot.services.jobs import JobRunner
from bot.services.posts import PostService
from bot.ui.privacy import FORMER_PLAYER
from tests import tables
from tests.backends import EVENT, open_test_backend
from tests.one_database import on_both_databases, on_one_database
from tests.wire.discord_http import MODAL_SUBMIT
from tests.wire.discord_limits import walk
from tests.wire.discord_people import MANAGE_SERVER
from tests.wire.discord_stub import HOME, Message, Reply, User
from tests.wire.wired_bot import ADMIN, WiredBot, actor

HONEST = {
    User(name.lower(), display_name=name): score for name, score in zip("ABCDE", range(100, 600, 100), strict=True)
}
FAY, GIL, HAL = (User(name.lower(), display_name=name) for name in ("Fay", "Gil", "Hal"))
JUDGE = User("judge", MANAGE_SERVER, display_name="Judge")
HELD_AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
AT = f"<t:{HELD_AT.timestamp():.0f}:f>"
SHOWN = "Held: {} of {}\nTetris Blitz · " + AT + "\nIt moves another player by 372 Elo.\n"
WAITS = "It counts once an admin approves it; until then, players do not see it.\nReview"


class Referees:
    """A server with an event in which scores are held, and a channel that shows them to its admins."""

    def __init__(self, wired: WiredBot) -> None:
        self.wired = wired
        self.clock = wired.backend.clock

    async def hold(self, player: User = FAY, score: str = "99,000") -> None:
        assert "an admin looks at it first" in (await self.wired.submit(player, score)).text

    async def messages(self, **later: float) -> list[Message]:
        """Return the messages in all channels, after running the jobs that are due some time from now."""
        self.clock.move(**later)
        await self.wired.backend.real.jobs.do_due()
        return self.wired.discord.channels.messages

    async def told(self, **later: float) -> list[str]:
        """Return the texts in the channels."""
        return [message.text for message in await self.messages(**later)]

    async def told_of(self, player: User) -> str:
        """Return the text of the one message that names a player."""
        [text] = [text for text in await self.told() if f" of {player.display_name}\n" in text]
        return text

    async def click(self, user: User, target: Message | Reply, label: str, messages: int = 1) -> Reply:
        return await (await self.wired.discord.click(user, target, label)).finished(messages)

    async def waiting(self) -> list[tuple[JobKind, timedelta | None]]:
        """Return the remaining jobs, and in how long they are due."""
        rows = await tables.rows(self.wired.backend.database, Job)
        return [(row["kind"], row["due_at"] and row["due_at"] - self.clock.now) for row in rows]


@pytest.fixture
async def server(jobs_by_request: None, wired: WiredBot) -> Referees:
    """The server, before anybody has chosen the channel."""
    await wired.use(ADMIN, "event create", name=EVENT, direction="HIGH")
    for player, score in HONEST.items():
        await wired.submit(player, str(score))
    return Referees(wired)


@pytest.fixture
async def referees(server: Referees) -> Referees:
    told = await server.wired.set(ADMIN, review_channel=HOME.news)
    assert f"Held scores\nfor admins in <#{HOME.news.id}>" in told.text
    return server


@on_both_databases
async def test_a_held_score_is_shown_to_admins_and_approved_there(referees: Referees) -> None:
    await referees.wired.submit(FAY, "99,000", proof="https://example.com/run")
    [message] = await referees.messages()
    proof = "Proof\n<https://example.com/run>\n"
    assert (message.channel_id, message.text) == (HOME.news.id, SHOWN.format("99,000", "Fay") + proof + WAITS)
    assert "Only admins" in await referees.wired.refused(referees.click(FAY, message, "Review"))
    asked = await referees.click(JUDGE, message, "Review")
    assert asked.ephemeral
    approval = "If it is approved\nFay would have **99,000** (#1).\nElo **1447** · no score now\n"
    assert approval + "5 others' Elos move, by 371 at most." in asked.text
    assert asked.final.labels == ["Approve", "Refuse"]
    assert "Score approved" in (await referees.click(JUDGE, asked, "Approve", messages=2)).text
    decided = f"Approved: 99,000 of Fay\nTetris Blitz · {AT}\nby <@{JUDGE.id}>, <t:{HELD_AT.timestamp():.0f}:R>"
    assert await referees.told() == [decided]
    assert message.labels == []
    assert await referees.waiting() == []


async def test_a_score_that_is_refused_by_the_command_is_shown_as_refused(referees: Referees) -> None:
    await referees.hold()
    [message] = await referees.messages()
    asked = await referees.wired.use(ADMIN, "review")
    await referees.wired.discord.click(ADMIN, asked, "Refuse")
    reason = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "reason", "value": "no video"}}
    filled = {"custom_id": "review:refuse:1", "components": [reason]}
    refused = await referees.wired.discord.deliver(MODAL_SUBMIT, ADMIN, HOME, filled, asked.final)
    assert "Reason\nno video" in (await refused.finished(2)).text
    [told] = await referees.told()
    assert told.splitlines()[0] == "Refused: 99,000 of Fay"
    assert f"by <@{ADMIN.id}>, " in told
    assert message.labels == []


async def test_a_player_takes_a_held_score_back_until_an_admin_has_decided(referees: Referees) -> None:
    wired = referees.wired
    told = await wired.submit(FAY, "99,000")
    for score in ("98,000", "97,000"):
        await referees.hold(FAY, score)
    [message] = [one for one in await referees.messages() if "99,000" in one.text]
    before = await wired.use(FAY, "review")
    taken = await referees.click(FAY, told, "Take back")
    assert taken.text.splitlines()[1:4] == [
        *(f"**{score}** · Tetris Blitz · waits for an admin" for score in ("97,000", "98,000")),
        "**99,000** · Tetris Blitz · taken back",
    ]
    assert taken.final.labels == ["Take back 97,000", "Take back 98,000"]
    await referees.told()
    assert message.text.startswith(f"Taken back: 99,000 of Fay\nTetris Blitz · {AT}\nby <@{FAY.id}>, ")
    assert message.labels == []
    assert "taken back" in (await wired.use(FAY, "history", event=EVENT)).text

    own = await wired.use(FAY, "review")
    services, judge = wired.backend.real.services, actor(JUDGE)
    await services.reviews.refuse(judge, 2)
    assert "waits no longer" in await wired.refused(referees.click(FAY, own, "Take back 98,000"))
    with pytest.raises(NothingHeld):
        await services.reviews.approve(judge, 1)
    forged = next(one["custom_id"] for one in walk(own.components) if one.get("label") == "Take back 97,000")
    with pytest.raises(NothingHeld):
        await services.reviews.take_back(actor(GIL), int(forged.rpartition(":")[2]))
    await referees.click(FAY, own, "Take back 97,000")
    assert "already been taken back" in await wired.refused(referees.click(FAY, before, "Take back 99,000"))
    await referees.told()
    assert await referees.waiting() == []


async def test_what_is_said_of_a_score_follows_the_event_and_the_score(referees: Referees) -> None:
    home, services = actor(ADMIN, HOME), referees.wired.backend.real.services
    await referees.hold()
    await referees.hold(GIL, "88,000")
    await referees.messages()
    await referees.wired.use(ADMIN, "event edit", event=EVENT, name="Blitz")
    assert all(f"Blitz · {AT}" in one and "Tetris" not in one for one in await referees.told())
    await referees.wired.use(ADMIN, "event archive", event="Blitz")
    assert all("Blitz · archived · " in one for one in await referees.told())
    await services.reviews.approve(home, 1)
    assert "Removed" not in await referees.told_of(FAY)
    await services.removals.remove(home, "Blitz", FAY.id)
    assert (await referees.told_of(FAY)).endswith("\nRemoved since: it counts no more.")
    assert (await referees.told_of(GIL)).startswith("Held: 88,000 of Gil")
    assert "approved, and removed since" in (await referees.wired.use(FAY, "review")).text
    await services.removals.restore(home, "Blitz", FAY.id)
    assert "Removed" not in await referees.told_of(FAY)
    [taken] = [row for row in (await referees.wired.tables())["held_scores"] if row["id"] == 1]
    await services.removals.take_back(HOME.id, 1, FAY.id, taken["interaction_id"])
    assert (await referees.told_of(FAY)).endswith("\nRemoved since: it counts no more.")


@on_both_databases
async def test_two_processes_show_a_score_once(referees: Referees) -> None:
    await referees.hold()
    client, clock = referees.wired.client, referees.clock
    async with open_test_backend(referees.wired.backend.database.url, clock) as other:
        runners = [
            JobRunner(
                backend.database,
                clock,
                handlers_of(client, backend.real.services) | {JobKind.REVIEW: backend.real.services.reviews.remind},
            )
            for backend in (referees.wired.backend, other)
        ]
        for _ in range(2):
            await asyncio.gather(*(runner.do_due() for runner in runners))
            assert len(await referees.told()) == 1
            clock.move(days=1)


async def test_a_score_that_waits_comes_anew_every_day_as_the_latest_message(referees: Referees) -> None:
    await referees.hold()
    await referees.hold(GIL, "88,000")
    first, second = await referees.messages()
    assert await referees.waiting() == [(JobKind.REVIEW, timedelta(days=1))] * 2
    assert await referees.messages(hours=23) == [first, second]
    shown = await referees.told(hours=1)
    assert sorted(shown) == sorted((first.text, second.text))
    third, fourth = await referees.messages()
    assert not {first.data["id"], second.data["id"]} & {third.data["id"], fourth.data["id"]}
    # Somebody deletes a message, which is not a decision.
    referees.wired.discord.channels.messages.remove(third)
    assert sorted(await referees.told(days=1)) == sorted(shown)
    assert await tables.rows(referees.wired.backend.database, Notice) == []
    referees.wired.expect_what_failed()


async def test_a_message_that_was_edited_meanwhile_comes_anew_all_the_same(referees: Referees) -> None:
    await referees.hold()
    [first] = await referees.messages()
    ids = []
    for unit in ("points", "lines"):
        referees.clock.move(hours=8)
        await referees.wired.use(ADMIN, "event edit", event=EVENT, unit=unit)
        [message] = await referees.messages()
        assert f"99,000 {unit}" in message.text
        ids.append(message.data["id"])

    assert [message_id == first.data["id"] for message_id in ids] == [True, False]


async def test_scores_that_wait_go_with_the_channel_and_are_told_without_one(server: Referees) -> None:
    wired = server.wired
    await server.hold()
    assert await server.told() == []
    told = await wired.use(ADMIN, "audit")
    await told.finished(2)
    assert "`/review`. `/settings review-channel:#channel` shows such scores to admins in a channel." in told.final.text
    await wired.set(ADMIN, review_channel=HOME.news)
    [message] = await server.messages()
    await wired.set(ADMIN, review_channel=HOME.channel)
    [moved] = await server.messages()
    assert [message.channel_id, moved.channel_id] == [HOME.news.id, HOME.channel.id]
    assert "*Held scores* picks a channel" in (await wired.set(ADMIN, review_channel=HOME.channel)).text
    assert await server.messages() == [moved]
    told = await wired.use(ADMIN, "audit")
    assert "A score is held" in (await told.finished(2)).final.text
    await wired.backend.real.services.reviews.refuse(actor(ADMIN), 1)
    assert "Refused: 99,000 of Fay" in (await server.told())[0]


@pytest.mark.parametrize("trouble", ["deleted", "closed"])
async def test_a_gone_or_forbidden_channel_is_told_and_the_score_still_waits(referees: Referees, trouble: str) -> None:
    wired = referees.wired
    getattr(wired.discord.channels, trouble).add(HOME.news.id)
    await referees.hold()
    assert await referees.told() == []
    [settings] = await tables.rows(wired.backend.database, GuildSettings)
    assert settings["review_channel_id"] is None
    told = await wired.use(ADMIN, "audit")
    await told.finished(2)
    assert "Held scores are not shown in a channel any more: " in told.final.text
    assert "A score is held until an admin has looked at it" in told.final.text
    assert "Held scores are not shown in a channel any more" in (await wired.set(ADMIN)).text
    assert await referees.waiting() == [(JobKind.REVIEW, timedelta(days=1))]
    wired.expect_what_failed()


@on_one_database
async def test_a_former_channel_that_is_gone_keeps_no_score_from_the_new_one(referees: Referees) -> None:
    await referees.hold()
    await referees.messages()
    referees.wired.discord.channels.closed.add(HOME.news.id)
    await referees.wired.set(ADMIN, review_channel=HOME.channel)
    assert [one.channel_id for one in await referees.messages()] == [HOME.news.id, HOME.channel.id]
    referees.wired.expect_what_failed()


@on_one_database
async def test_a_channel_that_was_just_left_keeps_no_score_from_the_new_one(
    referees: Referees, monkeypatch: pytest.MonkeyPatch
) -> None:
    wired, find = referees.wired, PostService.find

    async def find_meanwhile(posts: PostService, kind: JobKind, key: str) -> Post | None:
        monkeypatch.setattr(PostService, "find", find)
        await wired.backend.real.services.settings.review_in(actor(ADMIN), HOME.channel.id)
        return await find(posts, kind, key)

    wired.discord.channels.closed.add(HOME.news.id)
    await referees.hold()
    monkeypatch.setattr(PostService, "find", find_meanwhile)
    assert [one.channel_id for one in await referees.messages()] == [HOME.channel.id]
    assert await tables.rows(wired.backend.database, Notice) == []
    wired.expect_what_failed()


async def test_whoever_is_erased_is_named_no_more(referees: Referees) -> None:
    privacy, reviews = (getattr(referees.wired.backend.real.services, name) for name in ("privacy", "reviews"))
    await referees.hold()
    await referees.hold(GIL, "88,000")
    await referees.messages()
    await reviews.refuse(actor(JUDGE), 1)
    assert f"by <@{JUDGE.id}>, " in await referees.told_of(FAY)
    await privacy.erase(JUDGE.id, FORMER_PLAYER)
    assert "by a former admin, " in await referees.told_of(FAY)
    for player in (FAY, GIL):
        await privacy.erase(player.id, FORMER_PLAYER)
    assert await referees.told() == ["Held score\nIts player was erased: nothing is left to decide."] * 2
    assert await referees.waiting() == []


@pytest.mark.parametrize("change", ["refused", "erased"])
async def test_no_message_contradicts_what_happens_while_it_is_written(
    referees: Referees, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    services, find = referees.wired.backend.real.services, PostService.find

    async def find_meanwhile(posts: PostService, kind: JobKind, key: str) -> Post | None:
        monkeypatch.undo()
        if change == "refused":
            await services.reviews.refuse(actor(ADMIN), 1)
        else:
            await services.privacy.erase(FAY.id, FORMER_PLAYER)
        return await find(posts, kind, key)

    await referees.hold()
    monkeypatch.setattr(PostService, "find", find_meanwhile)
    assert await referees.messages() == []
    assert await referees.waiting() == []


@on_one_database
async def test_an_admin_who_has_looked_is_not_told_to_look(server: Referees) -> None:
    await server.hold()
    await server.messages()
    looked = await server.wired.use(ADMIN, "review")
    assert len(looked.messages) == 1
    assert await tables.rows(server.wired.backend.database, Notice) == []
    assert len((await server.wired.use(ADMIN, "audit")).messages) == 1
    await server.messages(days=1)
    told = await server.wired.use(ADMIN, "audit")
    assert "A score is held" in (await told.finished(2)).final.text


@on_one_database
async def test_only_other_answers_than_that_of_review_count_waiting_scores(server: Referees) -> None:
    await server.hold()
    asked = await server.wired.use(ADMIN, "review")
    for player in (GIL, HAL):
        await server.hold(player, "88,000")
    await server.messages()
    approved = await server.click(ADMIN, asked, "Approve", messages=2)
    await server.wired.settle()
    assert len(approved.messages) == 2
    told = await server.wired.use(ADMIN, "audit")
    assert "2 scores are held until an admin has looked at them: `/review`. " in (await told.finished(2)).final.text
