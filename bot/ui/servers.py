"""Show the settings of a server."""

from collections.abc import Sequence

from discord import Color
from discord.utils import format_dt

from bot.domain.jobs import JobKind
from bot.domain.servers import Notice, ServerSettings, SettingsReport, Trouble
from bot.ui.card import Card, labelled
from bot.ui.reply import Reply
from bot.ui.text import count_of

SWITCH = "`close-weeks:True`"

_ANNOUNCEMENTS = "announcements"
_WHAT = {JobKind.RESULTS: _ANNOUNCEMENTS, JobKind.RECORD: _ANNOUNCEMENTS, JobKind.BOARD: "refreshes of a board"}
_AGAIN = {
    JobKind.RESULTS: "`/settings` names a channel",
    JobKind.RECORD: "`/settings` names a channel",
    JobKind.BOARD: "`/board post` posts it anew",
}
_SENTENCES = {
    Trouble.CHANNEL_GONE: "There are no more {what}: their channel was deleted. {again}.",
    Trouble.CHANNEL_CLOSED: (
        "There are no more {what}: the bot may not write in <#{place}>. "
        "Allow it *View Channel* and *Send Messages* there. {again}."
    ),
}


def show_settings(report: SettingsReport, title: str = "Settings of this server") -> Reply:
    """Show the settings of a server to the admin alone."""
    settings = report.settings
    role = f"<@&{settings.admin_role_id}>, besides members with *Manage Server*"
    if settings.admin_role_id is None:
        role = "not set; members with *Manage Server* are admins"
    lines = [
        *labelled("Time zone", f"{settings.time_zone}: weeks begin on Monday 00:00 there"),
        *labelled("Admin role", role),
        *labelled("Weeks close", _closing(report)),
        *labelled("Announcements", _announcements(settings)),
    ]
    if report.notices:
        lines += labelled("Does not work", _told(report.notices))
    return Reply([Card(title, tuple(lines), color=Color.blurple())], ephemeral=True)


def show_notices(notices: Sequence[Notice]) -> Reply:
    """Tell an admin alone what the server has switched on and Discord does not let the bot do."""
    return Reply([Card(None, (_told(notices),), color=Color.orange())], ephemeral=True)


def _told(notices: Sequence[Notice]) -> str:
    return "\n".join(
        f"⚠️ {_SENTENCES[notice.trouble]}".format(
            what=_WHAT[notice.kind], again=_AGAIN[notice.kind], place=notice.place_id
        )
        for notice in notices
    )


def _announcements(settings: ServerSettings) -> str:
    if settings.announcement_channel_id is None:
        return "none; `announcements:#channel` has results and records posted there"
    quiet = "" if settings.quiet_hours is None else f", but not from {settings.quiet_hours}"
    return f"results and records in <#{settings.announcement_channel_id}>{quiet}"


def _closing(report: SettingsReport) -> str:
    if not report.settings.closes_weeks:
        return f"when an admin uses `/weekly-reset`; {SWITCH} has them close by themselves"
    if report.next_close is None:
        return f"⚠️ no longer by themselves: that failed too often. {SWITCH} tries again"
    minutes = report.settings.grace_minutes
    when = f"by themselves, {count_of(minutes, 'minute')} after their end" if minutes else "by themselves at their end"
    failed = "\n⚠️ The last close failed, at least for some events" if report.has_failed else ""
    return f"{when}\nNext: {format_dt(report.next_close, 'F')}, {format_dt(report.next_close, 'R')}{failed}"
