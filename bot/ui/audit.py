"""Show the actions of admins."""

import re

from discord import Color
from discord.utils import format_dt

from bot.domain.audit import ITSELF, Action, AuditEntry, AuditPage
from bot.ui.card import Card, small_print
from bot.ui.text import count_of, escape_start, mention

LONGEST_TEXTS = (500, 120, 40)
"""The lengths to which texts are cut: the first with which the page fits."""
LONGEST_PAGE = 3_900
_CHANNEL = re.compile(
    r"(?:(?<=\bin channel )|(?<=\bannouncements: )|(?<=\breviews: )|(?<=\bdefault channel: ))[0-9]{15,20}"
)
_ROLE = re.compile(r"(?:(?<=\brole )|(?<=\brole: ))[0-9]{15,20}")
"""Places where an escaped detail contains an id of Discord."""
_SUBMISSION = re.compile("submission [0-9]+: ")
_CREATED = re.compile(r"(.*) \((HIGH|LOW)\)", re.DOTALL)
_BEST = {"HIGH": "highest score", "LOW": "lowest score"}
_MOVED = re.compile("events (left|returned to): ([0-9]+)")
"""Details that are written in other words, without what the line above them says."""
_RULES = {
    "uses_logarithm": "logarithms",
    "best_of": "weeks that count",
    "last_weeks": "latest weeks",
    "all_time_weight": "weight of the best",
    "missed_week_elo": "Elo of a missed week",
    "min_weeks": "weeks before a rank",
    "min_field": "players that a week needs",
    "None": "the usual",
    "True": "yes",
    "False": "no",
}
_RULE = re.compile(rf"\b(?:{'|'.join(_RULES)})\b")
"""The names and values of rules in the detail of a change."""


def audit_card(page: AuditPage) -> Card:
    """Show a page of the audit log, the latest action first."""
    pages = [f"page {page.page + 1:,} of {page.pages:,}"] if page.pages > 1 else []
    small = " · ".join([*pages, count_of(page.actions, "action")])
    return Card("Audit log", (_fitting(page),), (small,), Color.blurple())


def _fitting(page: AuditPage) -> str:
    if not page.entries:
        is_limited = page.event_id is not None or page.discord_id is not None
        return f"Admins have done nothing {'of that kind' if is_limited else 'here'} yet."
    texts = ("\n".join(_show(entry, longest) for entry in page.entries) for longest in LONGEST_TEXTS)
    return next(text for text in texts if len(text) <= LONGEST_PAGE)


def _mentioned(detail: str) -> str:
    """Return an escaped detail with mentions of channels and roles in place of their ids."""
    return _ROLE.sub(r"<@&\g<0>>", _CHANNEL.sub(r"<#\g<0>>", detail))


def _show(entry: AuditEntry, longest: int) -> str:
    names = entry.event, None if entry.player is None else entry.player.name
    about = [escape_start(name, longest) for name in names if name is not None]
    lines = [" · ".join((f"**{entry.action}**", *about))]
    if (told := _in_words(entry)) != entry.event:
        lines.append(_mentioned(escape_start(told, longest)))
    if entry.reason is not None:
        lines.append(f"“{escape_start(entry.reason, longest)}”")
    actor = "the bot itself" if entry.actor_id == ITSELF else mention(entry.actor_id)
    return "\n".join((*lines, small_print(f"{format_dt(entry.done_at, 'f')} · by {actor}")))


def _in_words(entry: AuditEntry) -> str:
    """Return the detail of an action as an admin reads it; not escaped."""
    if (moved := _MOVED.fullmatch(entry.detail)) is not None:
        return f"{moved[1]} {count_of(int(moved[2]), 'event')}"
    if entry.action is Action.CREATE_EVENT and (created := _CREATED.fullmatch(entry.detail)) is not None:
        best = _BEST[created[2]]
        return best if created[1] == entry.event else f"{created[1]} · {best}"
    if entry.action is Action.CHANGE_RULES:
        return _RULE.sub(lambda rule: _RULES[rule[0]], entry.detail)
    return _SUBMISSION.sub("", entry.detail, count=1)
