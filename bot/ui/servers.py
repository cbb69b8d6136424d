"""Show the settings of a server, the inputs of the panel's modals, and the greeting of a new server."""

from collections.abc import Mapping, Sequence
from typing import Any

from discord import ChannelType, Color, RadioGroupOption, SelectDefaultValue, SelectDefaultValueType
from discord.ui import ChannelSelect, Label, RadioGroup, RoleSelect, TextInput
from discord.utils import format_dt

from bot.domain.jobs import ANNOUNCEMENTS, JobKind
from bot.domain.rules import Attendance, Method
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.servers import Notice, ServerSettings, SettingsReport, Trouble
from bot.domain.text import MAX_EVENT_NAME, MAX_UNIT
from bot.ui.card import Card, Reply, labelled, small_print
from bot.ui.text import count_of

SWITCH = "`/settings close-weeks:True`"
PARTS = {
    "event": "New event",
    "channel": "Announcements",
    "review": "Held scores",
    "weeks": "Weeks",
    "zone": "Time zone",
    "role": "Admin role",
    "rules": "Default rules",
}
"""The parts of the setup, with the labels of their buttons, which are also the titles of the modals."""
OPEN = "Set up"
BESTS = {
    "Highest number": (ScoreDirection.HIGH, ScoreFormat.NUMBER),
    "Lowest number": (ScoreDirection.LOW, ScoreFormat.NUMBER),
    "Fastest time": (ScoreDirection.LOW, ScoreFormat.TIME),
    "Longest time": (ScoreDirection.HIGH, ScoreFormat.TIME),
}
"""The choices for what is best in a new event, with their meanings."""
BY_ITSELF, BY_ADMIN = "itself", "admin"
METHODS = {
    Method.CLASSIC: ("Classic", "By mean and spread of all scores"),
    Method.ROBUST: ("Robust", "One absurd score hardly counts"),
    Method.RANKS: ("Ranks", "By the share of players you beat"),
}
ATTENDANCES = {
    Attendance.ZERO: ("Every week counts", "A missed week counts 0"),
    Attendance.BEST: ("The best weeks count", "6 of the last 10"),
    Attendance.PLAYED: ("Weeks played count", "A missed week costs nothing"),
}

_STOPPED = dict.fromkeys(ANNOUNCEMENTS, "Results and records are not announced any more") | {
    JobKind.HELD: "Held scores are not shown in a channel any more",
    JobKind.BOARD: "A board is not kept up to date any more",
}
_AGAIN = dict.fromkeys((*ANNOUNCEMENTS, JobKind.HELD), "Choose a channel in `/settings`") | {
    JobKind.BOARD: "`/board post` posts it anew",
}
_SENTENCES = {
    Trouble.CHANNEL_GONE: "{stopped}: the channel was deleted. {again}.",
    Trouble.CHANNEL_CLOSED: (
        "{stopped}: the bot may not write in <#{place}>. Allow it *View Channel* and *Send Messages* there. {again}."
    ),
    Trouble.SCORE_HELD: (
        "{held}: `/review`. `/settings review-channel:#channel` shows such scores to admins in a channel."
    ),
    Trouble.ROLES_CLOSED: "Roles of events are not given: the bot lacks *Manage Roles*. The next close tries again.",
    Trouble.ROLE_ABOVE: (
        "<@&{place}> of an event is not given: it stands above the bot's role. "
        "Move the bot's role up in the server's settings; the next close tries again."
    ),
    Trouble.OWNER_WITHOUT_2FA: (
        "Roles of events are not given: this server asks for two-factor authentication, "
        "and the account that owns the bot has none. The next close tries again."
    ),
    Trouble.ROLE_GONE: "One of the roles of events was deleted, and is awarded no more.",
}


def show_settings(report: SettingsReport, title: str) -> Reply:
    """Show the settings of a server, to the admin only."""
    settings = report.settings
    role = ["not set; members with *Manage Server* are admins"]
    if settings.admin_role_id is not None:
        shows = small_print("to show it the commands of admins: *Server Settings*, *Integrations*, this bot")
        role = [f"<@&{settings.admin_role_id}>, besides members with *Manage Server*", shows]
    (method, _), (attendance, _) = METHODS[settings.method], ATTENDANCES[settings.attendance]
    lines = [
        *labelled("Time zone", f"{settings.time_zone}: weeks begin on Monday 00:00 there"),
        *labelled("Admin role", "\n".join(role)),
        *labelled("Weeks close", _closing(report)),
        *labelled("Announcements", _announcements(settings)),
        *labelled("Held scores", _reviews(settings)),
        *labelled("Default rules of new events", f"{method} · {attendance.lower()}"),
    ]
    troubles = [notice for notice in report.notices if notice.trouble is not Trouble.SCORE_HELD]
    if troubles:
        lines += labelled("Does not work", _told(troubles))
    return Reply([Card(title, tuple(lines), color=Color.blurple())], ephemeral=True)


def show_welcome() -> Reply:
    """Greet a new server with three steps to its first score; the caller adds the button."""
    lines = (
        "Hi! Three steps to the first score:",
        "**1** An admin makes an event: *Set up*, then *New event*.",
        "**2** An admin picks a channel for results: *Announcements*.",
        "**3** Everyone submits: `/submit-score`.",
    )
    return Reply([Card("Leaderboards", lines, color=Color.gold())])


def show_notices(notices: Sequence[Notice]) -> Reply:
    """Show, to an admin only, what the server has switched on but Discord does not let the bot do."""
    return Reply([Card(None, (_told(notices),), color=Color.orange())], ephemeral=True)


def _told(notices: Sequence[Notice]) -> str:
    return "\n".join(
        f"⚠️ {_SENTENCES[notice.trouble]}".format(
            stopped=_STOPPED.get(notice.kind),
            again=_AGAIN.get(notice.kind),
            place=notice.place_id,
            held=_held(notice.waiting),
        )
        for notice in notices
    )


def _held(waiting: int) -> str:
    if waiting == 1:
        return "A score is held until an admin has looked at it"
    return f"{waiting:,} scores are held until an admin has looked at them"


def _announcements(settings: ServerSettings) -> str:
    if settings.announcement_channel_id is None:
        return "none; *Announcements* picks a channel for results and records"
    quiet = "" if settings.quiet_hours is None else f", but not from {settings.quiet_hours}"
    return f"results and records in <#{settings.announcement_channel_id}>{quiet}"


def _reviews(settings: ServerSettings) -> str:
    if settings.review_channel_id is None:
        return "in `/review`; *Held scores* picks a channel of admins for them"
    return f"for admins in <#{settings.review_channel_id}>"


def _closing(report: SettingsReport) -> str:
    if not report.settings.closes_weeks:
        return "by an admin: `/weekly-reset`"
    if report.next_close is None:
        return f"⚠️ no longer by themselves: that failed too often. {SWITCH} tries again"
    minutes = report.settings.grace_minutes
    when = f"by themselves, {count_of(minutes, 'minute')} after their end" if minutes else "by themselves at their end"
    told = "\n⚠️ The last close failed, at least for some events: close them by `/weekly-reset`, or wait"
    failed = told if report.has_failed else ""
    return f"{when}\nNext: {format_dt(report.next_close, 'F')}, {format_dt(report.next_close, 'R')}{failed}"


def name_label() -> Label[Any]:
    """Ask for the name of an event."""
    name: TextInput[Any] = TextInput(custom_id="name", max_length=MAX_EVENT_NAME, placeholder="Tetris Blitz")
    return Label(text="Name", description="What players type", component=name)


def unit_label() -> Label[Any]:
    """Ask for a unit."""
    unit: TextInput[Any] = TextInput(custom_id="unit", required=False, max_length=MAX_UNIT, placeholder="points")
    return Label(text="Unit", description="Shown behind numbers; times have none", component=unit)


def best_label() -> Label[Any]:
    """Ask whether an event counts numbers or times, and whether high or low ones are better."""
    options = {best: (best, None) for best in BESTS}
    return _choice("best", "What is best?", options, next(iter(BESTS)))


def zone_label(settings: ServerSettings) -> Label[Any]:
    """Ask for a time zone."""
    zone: TextInput[Any] = TextInput(custom_id="zone", default=settings.time_zone, placeholder="Berlin")
    return Label(text="Where are you?", description="A city, country or zone: weeks begin there", component=zone)


def closing_label(settings: ServerSettings) -> Label[Any]:
    """Ask how weeks close."""
    options = {BY_ITSELF: ("By themselves", None), BY_ADMIN: ("By an admin", "/weekly-reset")}
    return _choice("closing", "How do weeks close?", options, BY_ITSELF if settings.closes_weeks else BY_ADMIN)


def grace_label(settings: ServerSettings) -> Label[Any]:
    """Ask how long after its end a week closes."""
    grace: TextInput[Any] = TextInput(custom_id="grace", default=str(settings.grace_minutes), max_length=5)
    return Label(text="Grace", description="Minutes from a week's end to its close", component=grace)


def channel_label(channel_id: int | None) -> Label[Any]:
    """Ask where to announce results."""
    return _channel("Results go there. Empty: none are posted.", channel_id)


def review_label(channel_id: int | None) -> Label[Any]:
    """Ask where to show held scores to admins."""
    return _channel("A channel only admins see. Empty: /review.", channel_id)


def _channel(description: str, channel_id: int | None) -> Label[Any]:
    kinds = [ChannelType.text, ChannelType.news]
    chosen = [] if channel_id is None else [SelectDefaultValue(id=channel_id, type=SelectDefaultValueType.channel)]
    channel: ChannelSelect[Any] = ChannelSelect(
        custom_id="channel", channel_types=kinds, required=False, min_values=0, default_values=chosen
    )
    return Label(text="Channel", description=description, component=channel)


def role_label(settings: ServerSettings) -> Label[Any]:
    """Ask for the admin role."""
    role_id = settings.admin_role_id
    chosen = [] if role_id is None else [SelectDefaultValue(id=role_id, type=SelectDefaultValueType.role)]
    role: RoleSelect[Any] = RoleSelect(custom_id="role", required=False, min_values=0, default_values=chosen)
    return Label(text="Role", description="Its members are admins here", component=role)


def method_label(settings: ServerSettings) -> Label[Any]:
    """Ask how fields of new events become Elos."""
    return _choice("method", "How do scores become Elos?", METHODS, settings.method)


def attendance_label(settings: ServerSettings) -> Label[Any]:
    """Ask how weeks of new events become an average."""
    return _choice("attendance", "How do weeks count?", ATTENDANCES, settings.attendance)


def _choice(key: str, text: str, options: Mapping[Any, tuple[str, str | None]], chosen: object) -> Label[Any]:
    shown = [
        RadioGroupOption(label=label, value=str(value), description=told, default=value == chosen)
        for value, (label, told) in options.items()
    ]
    group: RadioGroup[Any] = RadioGroup(custom_id=key, options=shown)
    return Label(text=text, component=group)
