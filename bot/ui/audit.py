"""Show the actions of admins."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from discord import Color
from discord.utils import format_dt

from bot.domain.audit import (
    ITSELF,
    Action,
    AuditEntry,
    AuditPage,
    ChangeDetail,
    ChannelDetail,
    EventDetail,
    ImportDetail,
    MembershipDetail,
    NoDetail,
    RoleDetail,
    ScoreDetail,
    SeasonDetail,
    Value,
    WeekDetail,
)
from bot.domain.scores import ScoreFormat, ScoreStyle
from bot.domain.weeks import Week
from bot.ui.card import Card, small_print
from bot.ui.text import BEST, count_of, escape_score, escape_start, mention, write_days, write_elo, write_page

LONGEST_TEXTS = (500, 120, 40)
"""The lengths to which texts are cut: the first with which the page fits."""
LONGEST_PAGE = 3_900
_NONE = "none"
_OPTIONS = {"min_score": "min", "max_score": "max", "default_channel_id": "default channel"}
_RULES = {
    "uses_logarithm": "logarithms",
    "best_of": "weeks that count",
    "last_weeks": "latest weeks",
    "all_time_weight": "weight of the best",
    "missed_week_elo": "Elo of a missed week",
    "min_weeks": "weeks before a rank",
    "min_field": "players that a week needs",
}
_SETTINGS = {
    "admin_role_id": "admin role",
    "closes_weeks": "weeks close",
    "grace_minutes": "grace in minutes",
    "announcement_channel_id": "announcements",
    "review_channel_id": "reviews",
    "method": "method of new events",
    "attendance": "attendance of new events",
}
"""The words for what changes, where its name in the data says less."""
_SWITCHED = {"closes_weeks": ("by admins", "by themselves")}
_UNSET = {"missed_week_elo": "the usual"}
"""The words for values that are off or on, or that are not set, other than "no", "yes" and "none"."""


def audit_card(page: AuditPage) -> Card:
    """Show a page of the audit log, the latest action first."""
    small = " · ".join([*write_page(page.page, page.pages), count_of(page.actions, "action")])
    return Card("Audit log", (_fitting(page),), (small,), Color.blurple())


def _fitting(page: AuditPage) -> str:
    if not page.entries:
        is_limited = page.event_id is not None or page.discord_id is not None
        return f"Admins have done nothing {'of that kind' if is_limited else 'here'} yet."
    texts = ("\n".join(_show(entry, longest) for entry in page.entries) for longest in LONGEST_TEXTS)
    return next(text for text in texts if len(text) <= LONGEST_PAGE)


def _show(entry: AuditEntry, longest: int) -> str:
    names = entry.event, None if entry.player is None else entry.player.name
    about = [escape_start(name, longest) for name in names if name is not None]
    lines = [" · ".join((f"**{entry.action}**", *about))]
    if told := _in_words(entry, longest):
        lines.append(told)
    if entry.reason is not None:
        lines.append(f"“{escape_start(entry.reason, longest)}”")
    actor = "the bot itself" if entry.actor_id == ITSELF else mention(entry.actor_id)
    return "\n".join((*lines, small_print(f"{format_dt(entry.done_at, 'f')} · by {actor}")))


def _in_words(entry: AuditEntry, longest: int) -> str:
    """Tell an action in as many parts as fit; the first always does."""
    parts = [] if entry.detail is None else _WRITERS[entry.action](entry.detail, longest)
    told = ""
    for part in parts:
        longer = f"{told}, {part}" if told else part
        if told and len(longer) > longest:
            return f"{told}, …"
        told = longer
    return told


def _nothing(detail: NoDetail, longest: int) -> Iterator[str]:
    yield from ()


def _event(detail: EventDetail, longest: int) -> Iterator[str]:
    yield BEST[detail.direction, detail.format]


def _changes(labels: Mapping[str, str], detail: ChangeDetail, longest: int) -> Iterator[str]:
    if not detail.changes:
        yield "nothing changed"
    for name, (before, after) in detail.changes.items():
        if name == "is_active":
            yield "out of the archive" if after else "archived"
            continue
        label = labels.get(name) or escape_start(name.replace("_", " "), longest)
        old, new = (_value(name, value, detail.format, longest // 2) for value in (before, after))
        yield f"{label}: {new}" if old in (new, _NONE) else f"{label}: {old} → {new}"


def _value(name: str, value: Value, scores: ScoreFormat | None, longest: int) -> str:
    if value is None:
        return _UNSET.get(name, _NONE)
    if isinstance(value, bool):
        return _SWITCHED.get(name, ("no", "yes"))[value]
    if isinstance(value, int):
        return write_elo(value)
    if isinstance(value, float):
        return f"{value:g}" if scores is None else ScoreStyle(scores).bare(value)
    if name.endswith("channel_id"):
        return f"<#{value}>"
    return f"<@&{value}>" if name.endswith("role_id") else escape_start(value, longest)


def _season(detail: SeasonDetail, longest: int) -> Iterator[str]:
    yield f"season {detail.season}; season {detail.archived} is {escape_start(detail.archived_name, longest)}"


def _role(detail: RoleDetail, longest: int) -> Iterator[str]:
    award = detail.award.value if detail.elo is None else f"Elo {write_elo(detail.elo)}"
    yield f"role <@&{detail.role_id}>: {award}"


def _channel(detail: ChannelDetail, longest: int) -> Iterator[str]:
    yield f"in channel <#{detail.channel_id}>"


def _week(detail: WeekDetail, longest: int) -> Iterator[str]:
    yield _days(detail.week)
    if detail.players is not None:
        yield count_of(detail.players, "player")


def _score(detail: ScoreDetail, longest: int) -> Iterator[str]:
    yield escape_score(detail.score, detail.style)
    if detail.is_rerun:
        yield "week run again"


def _dated_score(detail: ScoreDetail, longest: int) -> Iterator[str]:
    score, *again = _score(detail, longest)
    at = [] if detail.submitted_at is None else [format_dt(detail.submitted_at, "f")]
    yield " · ".join((score, *at, *([] if detail.week is None else [_days(detail.week)])))
    yield from again


def _days(week: str) -> str:
    return write_days(Week.parse(week), short=True, year=True)


def _withdrawal(detail: MembershipDetail, longest: int) -> Iterator[str]:
    yield f"left {count_of(detail.events, 'event')}"


def _return(detail: MembershipDetail, longest: int) -> Iterator[str]:
    yield f"returned to {count_of(detail.events, 'event')}"


def _import(detail: ImportDetail, longest: int) -> Iterator[str]:
    yield count_of(detail.scores, "score")
    if detail.players is not None:
        yield count_of(detail.players, "player")
    if detail.closed_weeks is not None:
        yield count_of(detail.closed_weeks, "closed week")
    for place, week in enumerate(detail.run_again):
        yield _days(week) if place else f"run again: {_days(week)}"


_WRITERS: dict[Action, Callable[[Any, int], Iterator[str]]] = {
    Action.CREATE_EVENT: _event,
    Action.EDIT_EVENT: partial(_changes, _OPTIONS),
    Action.CHANGE_RULES: partial(_changes, _RULES),
    Action.BEGIN_AGAIN: _season,
    Action.AWARD_ROLE: _role,
    Action.POST_BOARD: _channel,
    Action.REMOVE_BOARD: _nothing,
    Action.CLOSE_WEEK: _week,
    Action.REOPEN_WEEK: _week,
    Action.ADD_SCORE: _dated_score,
    Action.REMOVE_SCORE: _dated_score,
    Action.RESTORE_SCORE: _dated_score,
    Action.APPROVE_SCORE: _dated_score,
    Action.REFUSE_SCORE: _score,
    Action.WITHDRAW_PLAYER: _withdrawal,
    Action.RETURN_PLAYER: _return,
    Action.EXCUSE_PLAYER: _week,
    Action.TAKE_BACK_EXCUSE: _week,
    Action.CHANGE_SETTINGS: partial(_changes, _SETTINGS),
    Action.IMPORT_EVENT: _import,
    Action.IMPORT_SCORES: _import,
    Action.TAKE_IMPORT_BACK: _import,
    Action.IMPORT_TOURNAMENT: _import,
}
"""The writer of each action: it yields the parts of its detail, of the kind in `DETAILS`, ready to be shown. Texts of
admins in them are cut to the given length."""
