"""Try the bot without an account: a simulated Discord, a season played in it, and a page in the browser."""

import asyncio
import logging
import re
import textwrap
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from discord import Permissions
from pydantic import SecretStr
from simcord import Env
from simcord.actors import MemberActor
from simcord.backend.cdn import CDN_BASE
from simcord.builders import ChannelHandle, GuildHandle
from simcord.preview import Preview
from simcord.results import InteractionResult, ResponseMessage

from bot.backend import open_backend
from bot.cogs import LeaderboardTree
from bot.config import Settings
from bot.database.database import Database
from bot.database.schema import migrate
from bot.demo._picture import describe
from bot.demo._season import ADMIN, BLITZ, PLAYERS, SEASON, Click, Use
from bot.main import LeaderboardBot, stop_requested
from bot.services.verification import VerificationService
from bot.ui.card import cards_in
from bot.ui.text import count_of

WEEKS = 3
"""The number of weeks from the season's first Monday to the current one."""
MORNING = timedelta(hours=9)
WINDOW_SECONDS = 31.0
TICK_SECONDS = 0.5
WIDTH = 100
PICTURE_SIZE = (560, 700)
PICTURED = 2
"""How many answers the picture shows."""
NAME = "Leaderboard"
_MARKS = re.compile(r"^### |^-# |\*\*|\\")
_MENTION = re.compile("<(?P<command>/[a-z -]+):[0-9]+>")
_UNITS = {
    "day": timedelta(days=1),
    "hour": timedelta(hours=1),
    "minute": timedelta(minutes=1),
    "second": timedelta(seconds=1),
}
_INSTANT = re.compile("<t:(?P<at>[0-9]+):(?P<style>[A-Za-z])>")
PORTRAIT = Path(__file__).with_name("portrait.png")
WELCOME = f"""\
## Welcome to the Arcade
A season has just been played here. Play on as anybody you like:
**Ana**, a player, types `/submit-score` and Enter, then `18,900`. It goes to *{BLITZ}*, as her last score did.
For `/leaderboard` she names the event: `tet` and Enter pick *{BLITZ}*. The paper plane sends a command.
**Ben** types `15.020`, which can mean two things, or submits twice: the answer is for him alone.
**{ADMIN}**, the admin, closes the week with `/weekly-reset`, and takes it back with *Undo*.
-# Choose who you are at the top of the page. Nothing here leaves your computer."""
"""The text at the top of the page."""
WELCOME_TO_NOTHING = f"""\
## Welcome to the Arcade
Nobody has played here yet, and there are no events. Begin as **{ADMIN}**, the admin, with `/help`.
Type `/help` and Enter; the paper plane sends it.
-# Choose who you are at the top of the page. Nothing here leaves your computer."""
"""The text at the top of the page if no season was played."""


class SeasonClock:
    """The clock of the simulated Discord. The season moves it; on the page it follows the real clock."""

    def __init__(self) -> None:
        """Show the real time until the simulated Discord exists."""
        self.env: Env | None = None

    def __call__(self) -> datetime:
        """Return the current instant, aware and in UTC."""
        return datetime.now(UTC) if self.env is None else self.env.now()

    def move(self, time: timedelta) -> None:
        """Move the clock forward."""
        assert self.env is not None  # noqa: S101 - the season is on
        self.env.backend.advance_clock(time.total_seconds())

    async def follow(self) -> None:
        """Keep pace with the real clock until cancelled; if the season ends later today, stay ahead by that time."""
        ahead = max(self() - datetime.now(UTC), timedelta())
        while True:
            # The simulated Discord also moves its clock by itself, when a timer is due.
            self.move(max(datetime.now(UTC) + ahead - self(), timedelta()))
            await asyncio.sleep(TICK_SECONDS)


async def play(*, page: bool, port: int, picture: Path | None = None, empty: bool = False) -> None:
    """Play the season, print it, verify its database, and serve the page until Ctrl-C.

    Args:
        page: whether to serve the page; without it, the demo ends after the transcript.
        port: the port of the page on loopback; 0 chooses a free one.
        picture: where to save a picture of the season's last messages, instead of serving the page; None for no
            picture.
        empty: whether to serve the page of a server without events, instead of the season.
    """
    logging.getLogger().setLevel(logging.ERROR)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="leaderboard-demo-"))
        database_url = f"sqlite:///{Path(folder) / 'demo.db'}"
        settings = Settings.model_construct(database_url=SecretStr(database_url))
        await asyncio.to_thread(migrate, settings.database)
        clock = SeasonClock()
        backend = await stack.enter_async_context(open_backend(settings, clock))
        bot = LeaderboardBot(backend.services, backend.recalculator, backend.jobs)
        env = Env(bot, shard_count=1, check_errors=False)
        env.backend.bot_user.name, env.backend.bot_user.avatar = NAME, PORTRAIT.stem
        await env.start()
        stack.push_async_callback(env.shutdown)
        await bot.tree.sync()
        assert isinstance(bot.tree, LeaderboardTree)  # noqa: S101 - the class that `LeaderboardBot` names
        await bot.tree.learn_ids()
        clock.env = env
        now = datetime.now(UTC)
        clock.move((now if empty else _first_monday(now)) - env.now())
        guild, members = _open_server(env)
        if empty:
            await _play_on(env, clock, guild, list(members.values()), WELCOME_TO_NOTHING, port)
            return
        season = guild.create_text_channel("season")
        answers = await _play_season(clock, season, members)
        await env.advance_time(WINDOW_SECONDS)
        print(await _verify(backend.database))
        if picture is not None:
            await _take_picture(env, season, list(members.values()), picture)
            describe(picture, answers[-PICTURED:])
        elif page:
            await _play_on(env, clock, guild, list(members.values()), WELCOME, port)


def _first_monday(today: datetime) -> datetime:
    monday = today.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=today.weekday())
    return monday - timedelta(weeks=WEEKS) + MORNING


def _open_server(env: Env) -> tuple[GuildHandle, dict[str, MemberActor]]:
    guild = env.create_guild("Arcade")
    admins = guild.create_role("Admins", permissions=Permissions(manage_guild=True))
    members = {}
    for name in (*PLAYERS, ADMIN):
        user = env.create_user(name.lower().replace("é", "e"), global_name=name)
        members[name] = guild.add_member(user, roles=[admins] if name == ADMIN else [])
    return guild, members


async def _play_season(clock: SeasonClock, channel: ChannelHandle, members: dict[str, MemberActor]) -> list[str]:
    """Play and print the season, and return the bot's answers."""
    answers = []
    for chapter in SEASON:
        clock.move(timedelta(days=chapter.days))
        print(f"\n── {chapter.title} {'─' * (WIDTH - len(chapter.title) - 4)}")
        for step in chapter.steps:
            clock.move(step.after)
            if isinstance(step, Use):
                message = _answer(await members[step.who].slash(channel, step.command, **step.options))
            else:
                message = _answer(await members[step.who].click(message, label=step.label))
            answers.append(_answered(step, message, clock()))
            print(_said(step, clock()), answers[-1], sep="\n")
    return answers


def _said(step: Use | Click, at: datetime) -> str:
    when = f"\n{at:%a %d %b %H:%M}  {step.who}"
    if isinstance(step, Click):
        return f"{when} clicks [{step.label}]"
    options = " ".join(f"{name}:{value}" for name, value in step.options.items())
    return f"{when}: /{step.command} {options}"


def _answer(result: InteractionResult) -> ResponseMessage:
    message = result.followups[-1] if result.followups else result.response
    assert message is not None  # noqa: S101 - the bot answers everything
    return message


def _answered(step: Use | Click, message: ResponseMessage, now: datetime) -> str:
    note = f"(only {step.who} sees this)\n" if message.ephemeral else ""
    return textwrap.indent(note + _dated(_plain(message), now), " " * 18)


def _plain(message: ResponseMessage) -> str:
    """Return the text of a message as it appears on the screen."""
    lines = [message.content, *(line for card in cards_in(message.message) for line in card.text.split("\n"))]
    return "\n".join(_MENTION.sub(r"\g<command>", _MARKS.sub("", line)) for line in lines if line)


def _dated(text: str, now: datetime) -> str:
    """Write the instants in a text as dates, or as the time from now, as Discord does."""

    def date(mark: re.Match[str]) -> str:
        at = datetime.fromtimestamp(int(mark["at"]), UTC)
        return f"in {_length(at - now)}" if mark["style"] == "R" else f"{at:%a %d %b %H:%M}"

    return _INSTANT.sub(date, text)


def _length(time: timedelta) -> str:
    """Write a time in the largest unit that it fills."""
    unit = next((unit for unit in _UNITS if time >= _UNITS[unit]), "second")
    return count_of(round(time / _UNITS[unit]), unit)


async def _verify(database: Database) -> str:
    found = await VerificationService(database).verify()
    differences = count_of(len(found.differences), "difference")
    checked = f"{count_of(found.events, 'event')}, {count_of(found.submissions, 'submission')}: {differences}."
    return "\n".join(["\nverify: every rating recomputed from the log", *map(str, found.differences), checked])


async def _play_on(
    env: Env, clock: SeasonClock, guild: GuildHandle, viewers: Sequence[MemberActor], welcome: str, port: int
) -> None:
    """Serve the page of a new channel until Ctrl-C; its clock follows the real one."""
    following = asyncio.create_task(clock.follow())
    try:
        await asyncio.sleep(0)
        arcade, stop = guild.create_text_channel("arcade"), stop_requested()
        await env.bot.get_partial_messageable(arcade.id).send(welcome)
        async with _preview(env, arcade, viewers, port) as preview:
            print(
                f"\nPlay in the browser, as any of them: {preview.url}", "Ctrl-C ends the demo.", sep="\n", flush=True
            )
            await stop.wait()
    finally:
        following.cancel()


async def _take_picture(env: Env, channel: ChannelHandle, viewers: Sequence[MemberActor], file: Path) -> None:
    async with _preview(env, channel, viewers) as preview:
        await preview.screenshot(file, mode="viewport", viewport=PICTURE_SIZE)


def _preview(env: Env, channel: ChannelHandle, viewers: Sequence[MemberActor], port: int = 0) -> Preview:
    bot = env.backend.bot_user
    portrait = {f"{CDN_BASE}/avatars/{bot.id}/{bot.avatar}.png": (PORTRAIT.name, PORTRAIT.read_bytes())}
    return env.preview(channel, viewers=viewers, layout="channel", assets=portrait, port=port or None)
