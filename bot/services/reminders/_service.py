"""Switch reminders on and off, and decide what to tell each player and when."""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.database import models
from bot.database.database import Database
from bot.domain.clock import Clock
from bot.domain.jobs import Claim, JobKind
from bot.domain.ratings import RatingScale
from bot.domain.reminders import (
    LOOKS,
    REMINDED_AFTER,
    STAYS_KNOWN,
    Message,
    Reminder,
    ReminderSettings,
    RivalBest,
    is_last_day,
    next_look,
    next_moment,
    reminder_key,
)
from bot.domain.servers import PlayerName
from bot.domain.weeks import Week
from bot.errors import NeverSubmitted, NoRival, SamePlayer
from bot.services.jobs import ClaimLost, cancel, finish, hold, postpone, schedule
from bot.services.reminders._contents import Contents
from bot.services.servers import find_member, find_players, load_settings

ALMOST_A_DAY = timedelta(hours=20)
"""Slightly less than a day, because a daily job is not on time to the second."""


class ReminderService:
    """Stores what each player wants to be told in each server, and keeps a job for every player who wants anything.

    The job `JobKind.REMINDER` runs once a day, and soon after a close. On the last day of a week that the player may
    yet miss, it runs again later, since others may play until then. Its message covers everything since the previous
    message, so nothing is told twice, however long the bot was down.
    """

    def __init__(self, database: Database, clock: Clock, scale: RatingScale) -> None:
        """Rate by `scale`."""
        self._database = database
        self._clock = clock
        self._scale = scale

    async def show(self, guild_id: int, discord_id: int) -> ReminderSettings:
        """Return which reminders a user has in a server."""
        return await self._database.read(
            lambda session: _read(session, session.get(models.Reminders, (guild_id, discord_id)))
        )

    async def switch(self, guild_id: int, discord_id: int, reminder: Reminder, *, is_on: bool) -> ReminderSettings:
        """Switch a reminder of a user in a server on or off, and return the new settings.

        Raises:
            NoRival: the user follows nobody, so `Reminder.RIVAL` cannot be switched on.
        """
        return await self._database.write(
            lambda session: self._change(session, guild_id, discord_id, lambda row: _switch(row, reminder, is_on=is_on))
        )

    async def follow(self, guild_id: int, discord_id: int, rival_id: int) -> ReminderSettings:
        """Tell a user of this rival's future bests, in place of any other rival's; return the new settings.

        Raises:
            SamePlayer: the user would follow themselves.
            NeverSubmitted: the player has never submitted a score in the server.
        """

        def work(session: Session) -> ReminderSettings:
            if rival_id == discord_id:
                raise SamePlayer
            if not find_players(session, [rival_id], guild_id, lock=True):
                raise NeverSubmitted(rival_id)
            return self._change(session, guild_id, discord_id, follow)

        def follow(row: models.Reminders) -> None:
            if row.rival_id != rival_id:
                row.rival_id, row.rival_since = rival_id, self._clock()

        return await self._database.write(work)

    async def unfollow(self, guild_id: int, discord_id: int, rival_id: int) -> ReminderSettings:
        """Stop telling a user of this rival's bests, and return the new settings; any other rival stays."""

        def unfollow(row: models.Reminders) -> None:
            if row.rival_id == rival_id:
                _switch(row, Reminder.RIVAL, is_on=False)

        return await self._database.write(lambda session: self._change(session, guild_id, discord_id, unfollow))

    def _change(
        self, session: Session, guild_id: int, discord_id: int, change: Callable[[models.Reminders], None]
    ) -> ReminderSettings:
        """Change the reminders of a user, and keep a job as long as any is on."""
        key, now = (guild_id, discord_id), self._clock()
        found = session.get(models.Reminders, key, with_for_update=True)
        row = models.Reminders(guild_id=guild_id, discord_id=discord_id) if found is None else found
        before = _switched_on(row)
        change(row)
        after = _switched_on(row)
        if not after:
            cancel(session, JobKind.REMINDER, reminder_key(*key))
        elif not before:
            # Earlier events are not news.
            row.told_until = row.overtaken_until = now
            row.tried_at = None
            zone = load_settings(session, guild_id).time_zone
            schedule(session, JobKind.REMINDER, reminder_key(*key), next_moment(now, zone, discord_id))
            session.add(row)
        if after - before:
            row.refused_at = None
        return _read(session, row)

    async def stop(self, guild_id: int, discord_id: int) -> None:
        """Switch off all reminders of a user in a server."""

        def work(session: Session) -> None:
            cancel(session, JobKind.REMINDER, reminder_key(guild_id, discord_id))
            row = session.get(models.Reminders, (guild_id, discord_id), with_for_update=True)
            if row is not None:
                _switch(row, *Reminder, is_on=False)

        await self._database.write(work)

    async def draft(self, claim: Claim) -> Message | None:
        """Return the message that is due to the player of a job; None if the player has switched everything off."""
        guild_id, discord_id = map(int, claim.key.split(":"))

        def work(session: Session) -> Message | None:
            row, now = session.get(models.Reminders, (guild_id, discord_id)), self._clock()
            on = frozenset[Reminder]() if row is None else _switched_on(row)
            if row is None or not on:
                return None
            zone = load_settings(session, guild_id).time_zone
            next_at = daily_at = next_moment(now, zone, discord_id)
            if row.tried_at is not None and now - row.tried_at <= STAYS_KNOWN:
                # The next message soon covers what has happened since.
                next_at, now = now + REMINDED_AFTER, row.tried_at
            week, contents = Week.at(now, zone), Contents(session, self._scale, guild_id, discord_id, zone, now)
            is_to_miss = Reminder.MISSED_WEEK in on and is_last_day(now, zone) and row.told_week != week.code
            # A transaction that commits after this read has begun after `until`, so the next message covers it.
            until = max(now - REMINDED_AFTER, row.told_until)
            # The last look before the end of a week leaves the day to the daily message, which is soon.
            tells_day = now - row.overtaken_until >= ALMOST_A_DAY and daily_at - now > LOOKS[-1]
            missing = contents.missing(week) if is_to_miss else ()
            look_at = next_look(now, week.ends_at(zone), discord_id) if is_to_miss and not missing else None
            is_to_tell = tells_day and Reminder.OVERTAKEN in on
            return Message(
                guild_id=guild_id,
                discord_id=discord_id,
                nonce=_nonce(claim.key, row),
                until=until,
                tried_at=now,
                next_at=next_at if look_at is None else min(next_at, look_at),
                week=week,
                missing=missing,
                overtaken=contents.overtaken(row.overtaken_until, until) if is_to_tell else (),
                rival=_of_rival(contents, row, until) if tells_day else (),
                results=contents.results(row.told_until, until) if Reminder.RESULTS in on else (),
                tells_day=tells_day,
                channel_id=contents.channel(),
            )

        return await self._database.read(work)

    async def begin(self, claim: Claim, message: Message) -> None:
        """Store that a message is about to be sent, so that a retry covers the same period.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            hold(session, claim)
            row = session.get(models.Reminders, (message.guild_id, message.discord_id), with_for_update=True)
            if row is not None:
                row.tried_at = message.tried_at

        await self._database.write(work)

    async def keep(self, claim: Claim, message: Message) -> None:
        """Store what the player has been told, if anything, and postpone the job."""

        def work(session: Session) -> None:
            # The message has been sent, even if the job was rescheduled or dropped meanwhile.
            with suppress(ClaimLost):
                postpone(session, claim, message.next_at)
            row = session.get(models.Reminders, (message.guild_id, message.discord_id), with_for_update=True)
            if row is None:
                return
            row.told_until, row.tried_at = message.until, None
            if message.tells_day:
                row.overtaken_until = message.until
            if message.missing:
                row.told_week = message.week.code

        await self._database.write(work)

    async def drop(self, claim: Claim) -> None:
        """End the job of a player who has switched everything off.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """
        await self._database.write(lambda session: finish(session, claim))

    async def refuse(self, claim: Claim, message: Message) -> None:
        """Switch off all reminders of a player to whom Discord delivers no direct messages.

        Raises:
            ClaimLost: this process no longer holds the claim.
        """

        def work(session: Session) -> None:
            finish(session, claim)
            row = session.get(models.Reminders, (message.guild_id, message.discord_id), with_for_update=True)
            if row is not None:
                _switch(row, *Reminder, is_on=False)
                row.refused_at = self._clock()

        await self._database.write(work)


def _read(session: Session, row: models.Reminders | None) -> ReminderSettings:
    if row is None:
        return ReminderSettings()
    rival = None
    if row.rival_id is not None:
        rival = PlayerName(row.rival_id, find_member(session, row.guild_id, row.rival_id).display_name)
    return ReminderSettings(_switched_on(row), rival, row.refused_at)


def _switched_on(row: models.Reminders) -> frozenset[Reminder]:
    states = {
        Reminder.MISSED_WEEK: row.tells_missed_week,
        Reminder.OVERTAKEN: row.tells_overtaken,
        Reminder.RESULTS: row.tells_results,
        Reminder.RIVAL: row.rival_id is not None,
    }
    return frozenset(reminder for reminder, is_on in states.items() if is_on)


def _of_rival(contents: Contents, row: models.Reminders, until: datetime) -> tuple[RivalBest, ...]:
    """Return the news about a user's rival, but only what happened after the user followed the rival."""
    if row.rival_id is None or row.rival_since is None:
        return ()
    return contents.rival(row.rival_id, max(row.rival_since, row.overtaken_until), until)


def _switch(row: models.Reminders, *reminders: Reminder, is_on: bool) -> None:
    for reminder in reminders:
        if reminder is Reminder.MISSED_WEEK:
            row.tells_missed_week = is_on
        elif reminder is Reminder.OVERTAKEN:
            row.tells_overtaken = is_on
        elif reminder is Reminder.RESULTS:
            row.tells_results = is_on
        elif not is_on:
            row.rival_id = row.rival_since = None
        elif row.rival_id is None:
            raise NoRival


def _nonce(key: str, row: models.Reminders) -> int:
    """Return a number of 63 bits that stays the same until Discord is known to have the message."""
    told = f"{key} {row.told_until.timestamp()} {row.overtaken_until.timestamp()}"
    return int.from_bytes(hashlib.sha256(told.encode()).digest()[:8]) >> 1
