"""Hostile names, wherever users can type them: shown literally and harmless, or refused with a sentence."""

import asyncio
import json
import re
import unicodedata

from bot.domain.text import MAX_DISPLAY_NAME, MAX_UNIT, visible
from bot.ui.text import escape_beside, isolate, unescape
from tests.backends import EVENT
from tests.hostile.texts import EMPTY, HARMLESS, LONG, TELLING
from tests.one_database import on_both_databases, on_one_database
from tests.wire.discord_limits import walk
from tests.wire.discord_stub import Reply, User
from tests.wire.wired_bot import ADMIN, WiredBot, actor

pytestmark = on_one_database

BOARDS = {"all-time": "all-time", "week": "16–22 November", "overall": "overall"}
ANA = User("ana", display_name="Ana")

REFUSALS = (
    "This server has no event “",
    "Which one: **Tetris Blitz**?",
    "“",
    "`min`: “",
    "The proof must be a link",
    "Write the week as year and number",
    "There is no time zone “",
)


async def test_a_name_is_shown_as_it_is_in_everything_that_is_said_of_it(wired: WiredBot) -> None:
    for name in TELLING:
        shown, player, unit = (
            HARMLESS[name],
            User(name, display_name=name),
            name if len(visible(name)) <= MAX_UNIT and not visible(name)[0].isdigit() else "points",
        )
        what = shown if unit is name else unit
        score = f"5 {what}"
        created = await wired.create_event(name, unit=unit, min="1", max="9")
        assert f"Event created\n**{shown}**\n" in created.text
        assert f"numbers, in {what}\nAllowed\nfrom 1 " in created.text
        submitted = await wired.submit(player, f"5 {visible(unit)}", name)
        assert f"**{beside(shown, unescape(shown))}** · {shown}\n**5** {what}\n" in submitted.text
        for board, title in BOARDS.items():
            page = await wired.use(player, "leaderboard", event=name, board=board)
            assert page.final.text.startswith(f"{shown} · {title}\n"), page
            assert page.text.count(f" **{beside(shown, '🥇51000?')}** · 5 · 1000?") == (
                0 if board == "overall" else 1
            ), page
        for preview in (True, False):
            week = await wired.reset(name, preview=preview)
            assert f"🏆 {shown} · 16–22 November\n" in week.final.text, week
            assert f"🥇 **{shown}** · {score} · 1000\n" in week.text
        assert f"{shown} · 16–22 Nov is open again" in (await wired.use(ADMIN, "weekly-undo", event=name)).text
        assert f"**{shown}** · most {what} · " in (await wired.use(ANA, "events")).text
        await wired.refused(wired.submit(ANA, "0.5", name))
        removable = await wired.discord.autocomplete(ADMIN, "score remove", "score", "", event=name, player=player)
        assert [choice["name"].startswith(f"5 {isolate(visible(unit))} · ") for choice in removable] == [True]
        asked = await wired.use(ADMIN, "score remove", event=name, player=player, reason=name)
        assert f"Remove {shown}'s score of {score}?\n{shown} · " in asked.text
        removed = await (await wired.discord.click(ADMIN, asked, "Remove")).finished(messages=2)
        assert f"**{shown}**'s score of **{score}**\n{shown} · " in removed.text
        assert f"Reason\n{shown}" in removed.text
        suggested = {"name": isolate(visible(name)), "value": visible(name)}
        assert suggested in await wired.discord.autocomplete(ANA, "submit-score", "event", name)
        edited = await wired.use(ADMIN, "event edit", event=name, name=name, unit=unit)
        assert f"Event changed\n**{shown}**" in edited.text
    written = "".join(json.dumps(row["detail"], ensure_ascii=False) for row in (await wired.tables())["audit_log"])
    assert [c for c in written if unicodedata.category(c)[0] == "C"] == []


async def test_a_player_is_named_likewise_on_every_page(wired: WiredBot) -> None:
    players = {name: HARMLESS[name] for name in (*TELLING, *list(HARMLESS)[-4:])}
    players |= {LONG: r"\*" * MAX_DISPLAY_NAME, **dict.fromkeys(EMPTY[1:3], "(no name)")}
    users = {name: User(name or "\0", display_name=name) for name in players}
    names = list(players)
    events = {f"Event {first}": names[first : first + 6] for first in range(0, len(names), 6)}
    for event in (EVENT, *events):
        await wired.backend.create_event(name=event, actor=actor(ADMIN))
        for name in events.get(event, names):
            assert (
                f"**{beside(players[name], event)}** · {event}\n" in (await wired.submit(users[name], "5", event)).text
            )
    assert await names_on_all_pages(wired) == sorted(beside(name, "🥇51000") for name in players.values())


async def test_a_proof_is_shown_as_one_link_whatever_is_in_it(wired: WiredBot) -> None:
    await wired.create_event()
    for link in ("https://evil.example/**a**_b_||c||`d`[e](f)@everyone", "http://a@b:1/'--", "https://x/" + "@" * 290):
        assert f"proof <{link}>\n" in (await wired.submit(ANA, "1", proof=link)).text


def beside(shown: str, rest: str) -> str:
    """Return a name as lines of a phone show it, shortened to fit beside the rest."""
    return escape_beside(unescape(shown), rest)


async def names_on_all_pages(wired: WiredBot) -> list[str]:
    page = await wired.use(ANA, "leaderboard", event=EVENT)
    names: list[str] = []
    while True:
        names += re.findall(r"^\S+ \*\*(.*)\*\* · 5 · ", page.text, re.MULTILINE)
        if "›" not in [one["label"] for one in walk(page.components) if "label" in one and not one["disabled"]]:
            return sorted(names)
        page = await wired.discord.click(ANA, page, "›")


async def test_a_name_of_which_nothing_can_be_seen_or_too_much_is_refused(wired: WiredBot) -> None:
    await wired.create_event()
    for name in EMPTY[1:3]:
        for doing in (
            wired.create_event(name),
            wired.create_event("New", unit=name),
            wired.use(ADMIN, "event edit", event=EVENT, name=name),
        ):
            assert "at least one visible character" in await wired.refused(doing), ascii(name)
    assert (await wired.refused(wired.create_event("New", unit=LONG))).startswith(
        "A unit can have at most 16 characters"
    )
    too_long = "An event's name can have at most 100 characters; this has 10000."
    assert await wired.refused(wired.create_event(LONG)) == too_long


@on_both_databases
async def test_what_means_nothing_in_an_option_is_refused_in_a_sentence(wired: WiredBot) -> None:
    await wired.create_event()
    before = await wired.tables()

    for text in (*TELLING, "'; DROP TABLE players; --", "100%_", "\0", LONG):
        doings = [
            wired.submit(ANA, "1", text),
            wired.submit(ANA, text),
            wired.submit(ANA, "1", proof=text),
            wired.use(ANA, "leaderboard", event=text),
            wired.use(ADMIN, "weekly-reset", event=text),
            wired.use(ADMIN, "weekly-reset", event=text, preview=True),
            wired.use(ADMIN, "weekly-reset", event=EVENT, week=text),
            wired.use(ADMIN, "weekly-undo", event=text),
            wired.use(ADMIN, "event edit", event=text, unit="points"),
            wired.use(ADMIN, "event edit", event=EVENT, min=text),
            wired.use(ADMIN, "event archive", event=text),
            wired.set(ADMIN, time_zone=text),
        ]
        for reply in await asyncio.gather(*doings):
            assert_refused(reply, text)

    assert await wired.tables() == before


def assert_refused(reply: Reply, text: str) -> None:
    """Assert that the reply is a sentence of the bot, and that the text repeated in it is harmless."""
    assert reply.ephemeral, reply
    # A score for no known event is asked about.
    assert reply.text.removeprefix("⚠️ ").startswith(REFUSALS), (ascii(text), reply)


async def test_whatever_is_typed_something_or_nothing_is_suggested(wired: WiredBot) -> None:
    await wired.create_event()
    for text in (*TELLING, "100%_", "\0", LONG):
        offered = await asyncio.gather(
            wired.discord.autocomplete(ANA, "submit-score", "event", text),
            wired.discord.autocomplete(ADMIN, "weekly-reset", "week", text, event=EVENT),
            wired.discord.autocomplete(ADMIN, "weekly-reset", "week", "", event=text),
            wired.discord.autocomplete(ADMIN, "settings", "time-zone", text),
        )
        names = {choice["name"] for choices in offered for choice in choices}
        assert not {name for name in names if name != EVENT and "/" not in name and name != "UTC"}, text
