"""Let admins change the settings of their server, and show them notices."""

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.database.database import Database
from bot.database.models import GuildSettings
from bot.domain.audit import Action, ChangeDetail, Value, changes_between, id_text
from bot.domain.clock import Clock
from bot.domain.jobs import ANNOUNCEMENTS, JobKind
from bot.domain.rules import Attendance, Method
from bot.domain.servers import LONGEST_GRACE_MINUTES, Notice, ServerSettings, SettingsReport, minute_of_day
from bot.domain.time_zones import time_zone_of
from bot.errors import ChannelClosed, GraceTooLong, NotAllowed, QuietHoursHalf
from bot.services.jobs import find_job
from bot.services.servers._authority import Actor, begin_action, record, require_admin
from bot.services.servers._closing import move_close
from bot.services.servers._notices import (
    drop_notices,
    find_notices,
    find_unseen,
    hasten_reviews,
    mark_seen,
    mark_unseen,
)
from bot.services.servers._settings import load_settings, read_settings

NONE = "none"
"""What admins type for no quiet hours."""


class SettingsService:
    """Shows and changes the settings of a server, such as its time zone, its admin role and its automatic closes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def show(self, actor: Actor) -> SettingsReport:
        """Return the settings of the actor's server."""

        def work(session: Session) -> SettingsReport:
            require_admin(session, actor)
            return _report(session, actor.guild_id, load_settings(session, actor.guild_id))

        return await self._database.read(work)

    async def change(
        self,
        actor: Actor,
        *,
        time_zone: str | None = None,
        admin_role_id: int | None = None,
        closes_weeks: bool | None = None,
        grace_minutes: int | None = None,
        announcement_channel_id: int | None = None,
        review_channel_id: int | None = None,
        quiet_from: str | None = None,
        quiet_to: str | None = None,
        closed_channels: Collection[int] = (),
    ) -> SettingsReport:
        """Change the given settings.

        Args:
            actor: the admin.
            time_zone: an IANA name, a city, a country or an abbreviation. Weeks then begin on Monday 00:00 in this
                zone.
            admin_role_id: the role whose members are admins; the server's own id (its everyone role) means no role.
            closes_weeks: whether weeks close automatically.
            grace_minutes: how many minutes after its end a week closes automatically, 0 to `LONGEST_GRACE_MINUTES`.
            announcement_channel_id: the channel for results and records; naming the current one unsets it.
            review_channel_id: the channel that shows held scores to admins; naming the current one unsets it.
            quiet_from: the time of day from which the bot announces nothing, such as 22:00; "none" for no quiet hours.
            quiet_to: the time of day until which the bot announces nothing; "none" likewise.
            closed_channels: the channels in which the bot may not write, according to its cached permissions.

        Raises:
            InvalidSetting: the time zone is unknown or ambiguous; the grace is out of range; a time of day is not
                valid, or only one of the two is given.
            ChannelClosed: the bot may not write in a channel.
        """

        def apply(session: Session, row: GuildSettings) -> None:
            before = read_settings(row)
            if time_zone is not None:
                row.time_zone = time_zone_of(time_zone)
            if admin_role_id is not None:
                row.admin_role_id = None if admin_role_id == actor.guild_id else admin_role_id
            if closes_weeks is not None:
                row.closes_weeks = closes_weeks
            if grace_minutes is not None:
                row.grace_minutes = _checked_grace(grace_minutes)
            if announcement_channel_id is not None:
                is_off = row.announcement_channel_id == announcement_channel_id
                _announce_in(session, row, None if is_off else announcement_channel_id, closed_channels)
            if review_channel_id is not None:
                is_off = row.review_channel_id == review_channel_id
                self._review_in(session, row, None if is_off else review_channel_id, closed_channels)
            if (quiet_from, quiet_to) != (None, None):
                _set_quiet_hours(row, quiet_from, quiet_to)
            if (time_zone, closes_weeks, grace_minutes) != (None, None, None):
                move_close(session, actor.guild_id, before, read_settings(row), self._clock())

        return await self._apply(actor, apply)

    async def announce_in(
        self, actor: Actor, channel_id: int | None, *, closed_channels: Collection[int] = ()
    ) -> SettingsReport:
        """Announce results and records in a channel; None for nowhere.

        Raises:
            ChannelClosed: the bot may not write in the channel.
        """
        return await self._apply(actor, lambda session, row: _announce_in(session, row, channel_id, closed_channels))

    async def review_in(
        self, actor: Actor, channel_id: int | None, *, closed_channels: Collection[int] = ()
    ) -> SettingsReport:
        """Show held scores to admins in a channel; None for nowhere.

        Raises:
            ChannelClosed: the bot may not write in the channel.
        """
        return await self._apply(actor, lambda session, row: self._review_in(session, row, channel_id, closed_channels))

    def _review_in(
        self, session: Session, row: GuildSettings, channel_id: int | None, closed_channels: Collection[int]
    ) -> None:
        _check_open(channel_id, closed_channels)
        row.review_channel_id = channel_id
        hasten_reviews(session, row.guild_id, self._clock())
        drop_notices(session, row.guild_id, JobKind.REVIEW, JobKind.HELD)

    async def rate_new_events(self, actor: Actor, method: Method, attendance: Attendance) -> SettingsReport:
        """Set the method and the attendance of events that are created later."""

        def apply(_session: Session, row: GuildSettings) -> None:
            row.default_method, row.default_attendance = method, attendance

        return await self._apply(actor, apply)

    async def _apply(self, actor: Actor, apply: Callable[[Session, GuildSettings], None]) -> SettingsReport:
        def work(session: Session) -> SettingsReport:
            begin_action(session, actor)
            row = _lock_row(session, actor.guild_id)
            former = read_settings(row)
            before = _report(session, actor.guild_id, former)
            apply(session, row)
            settings = read_settings(row)
            detail = ChangeDetail(changes_between(_values(former), _values(settings)))
            record(session, actor, Action.CHANGE_SETTINGS, detail, at=self._clock())
            after = _report(session, actor.guild_id, settings)
            return replace(after, is_changed=after != before)

        return await self._database.write(work)

    async def begin_greeting(self, guild_id: int) -> bool:
        """Tell whether to greet a server, and mark it as greeted; only one caller ever gets True."""

        def work(session: Session) -> bool:
            row = _lock_row(session, guild_id)
            is_new = row.greeted_at is None
            row.greeted_at = row.greeted_at or self._clock()
            return is_new

        return await self._database.write(work)

    async def notices(self, actor: Actor, besides: JobKind | None = None) -> tuple[Notice, ...]:
        """Return the notices that no admin of the actor's server has seen, and mark them as seen.

        Other users get none. Notices of the kind `besides` stay unseen.
        """
        guild_id = actor.guild_id
        if not await self._database.read(lambda session: find_unseen(session, guild_id, besides)):
            return ()

        def work(session: Session) -> tuple[Notice, ...]:
            require_admin(session, actor)
            found = find_unseen(session, guild_id, besides)
            mark_seen(session, guild_id, self._clock(), besides)
            return found

        with suppress(NotAllowed):
            return await self._database.write(work)
        return ()

    async def keep_notices(self, actor: Actor, notices: Collection[Notice]) -> None:
        """Mark notices as unseen again, because they did not reach the admin."""

        def work(session: Session) -> None:
            require_admin(session, actor)
            mark_unseen(session, actor.guild_id, [notice.kind for notice in notices])

        await self._database.write(work)


def _announce_in(
    session: Session, row: GuildSettings, channel_id: int | None, closed_channels: Collection[int]
) -> None:
    _check_open(channel_id, closed_channels)
    row.announcement_channel_id = channel_id
    drop_notices(session, row.guild_id, *ANNOUNCEMENTS)


def _check_open(channel_id: int | None, closed_channels: Collection[int]) -> None:
    if channel_id is not None and channel_id in closed_channels:
        raise ChannelClosed(channel_id)


def _report(session: Session, guild_id: int, settings: ServerSettings) -> SettingsReport:
    """Return settings together with their effects."""
    job, notices = find_job(session, JobKind.CLOSE_WEEKS, str(guild_id)), find_notices(session, guild_id)
    if job is None:
        return SettingsReport(settings, next_close=None, has_failed=False, notices=notices)
    return SettingsReport(settings, job.due_at, has_failed=job.last_error is not None, notices=notices)


def _lock_row(session: Session, guild_id: int) -> GuildSettings:
    """Return the row of a server, locked; create it if there is none."""
    row = session.get(GuildSettings, guild_id, with_for_update=True)
    if row is None:
        row = GuildSettings(guild_id=guild_id)
        session.add(row)
        session.flush()
    return row


def _checked_grace(minutes: int) -> int:
    if not 0 <= minutes <= LONGEST_GRACE_MINUTES:
        raise GraceTooLong(LONGEST_GRACE_MINUTES)
    return minutes


def _set_quiet_hours(row: GuildSettings, quiet_from: str | None, quiet_to: str | None) -> None:
    """Change the beginning or the end of the quiet hours, or both; if they are equal, there are no quiet hours."""
    if NONE in [text.strip().lower() for text in (quiet_from, quiet_to) if text is not None]:
        row.quiet_from = row.quiet_to = None
        return
    begin = row.quiet_from if quiet_from is None else minute_of_day(quiet_from)
    end = row.quiet_to if quiet_to is None else minute_of_day(quiet_to)
    if begin is None or end is None:
        raise QuietHoursHalf
    row.quiet_from, row.quiet_to = (None, None) if begin == end else (begin, end)


def _values(settings: ServerSettings) -> dict[str, Value]:
    """Return the settings by name, as the audit log stores them."""
    quiet = settings.quiet_hours
    return {
        "time_zone": settings.time_zone,
        "admin_role_id": id_text(settings.admin_role_id),
        "closes_weeks": settings.closes_weeks,
        "grace_minutes": settings.grace_minutes,
        "announcement_channel_id": id_text(settings.announcement_channel_id),
        "review_channel_id": id_text(settings.review_channel_id),
        "quiet_hours": None if quiet is None else str(quiet),
        "method": settings.method,
        "attendance": settings.attendance,
    }
