"""Show the actions of admins."""

import re

from discord import Color
from discord.utils import format_dt

from bot.domain.audit import ITSELF, AuditEntry, AuditPage
from bot.ui.card import Card
from bot.ui.text import count_of, escape_start, mention

LONGEST_TEXTS = (500, 120, 40)
"""The lengths to which texts are cut: the first with which the page fits."""
LONGEST_PAGE = 3_900
_CHANNEL = re.compile(
    r"(?:(?<=\bin channel )|(?<=\bannouncements: )|(?<=\breviews: )|(?<=\bdefault channel: ))[0-9]{15,20}"
)
_ROLE = re.compile(r"(?:(?<=\brole )|(?<=\brole: ))[0-9]{15,20}")
"""Places where an escaped detail contains an id of Discord."""
_DIRECTION = re.compile(r"( \((?:HIGH|LOW)\))$")
"""The direction behind the name of a new event."""


def audit_card(page: AuditPage) -> Card:
    """Show a page of the audit log, the latest action first."""
    pages = f"Page {page.page + 1} of {page.pages} · {count_of(page.actions, 'action')}"
    return Card("Audit log", (_fitting(page),), (pages,), Color.blurple())


def _fitting(page: AuditPage) -> str:
    if not page.entries:
        return "Admins have done nothing of that kind yet."
    texts = ("\n\n".join(_show(entry, longest) for entry in page.entries) for longest in LONGEST_TEXTS)
    return next(text for text in texts if len(text) <= LONGEST_PAGE)


def _detail(detail: str, longest: int) -> str:
    """Return an escaped detail with mentions of channels and roles in place of their ids."""
    text, *direction = _DIRECTION.split(detail)
    detail = escape_start(text, longest) + "".join(direction)
    return _ROLE.sub(r"<@&\g<0>>", _CHANNEL.sub(r"<#\g<0>>", detail))


def _show(entry: AuditEntry, longest: int) -> str:
    names = entry.event, None if entry.player is None else entry.player.name
    about = [f"**{escape_start(name, longest)}**" for name in names if name is not None]
    actor = "the bot itself" if entry.actor_id == ITSELF else mention(entry.actor_id)
    lines = [
        " · ".join((f"{format_dt(entry.done_at, 'f')} **{entry.action}**", *about)),
        f"{_detail(entry.detail, longest)} · by {actor}",
    ]
    if entry.reason is not None:
        lines.append(f"“{escape_start(entry.reason, longest)}”")
    return "\n".join(lines)
