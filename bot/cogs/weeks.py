"""`/weekly-reset` and `/weekly-undo`, and their buttons."""

import re
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from discord import ButtonStyle, Interaction, app_commands

from bot.cogs._admins import for_admins
from bot.cogs._answering import actor_of, answer, update
from bot.cogs._buttons import EVENT, WEEK, IdButton, instant_of, ticks_of
from bot.cogs._questions import KeepButton, agree
from bot.cogs._services import ServiceCog, Services, services_of
from bot.cogs._suggestions import all_events, pending_weeks
from bot.cogs.pictures import PictureButton
from bot.cogs.rehearsals import RatedButton
from bot.cogs.standings import NOBODY, PageButton
from bot.domain.announcements import Announced, Final, Reopened, Results
from bot.domain.weeks import Week, WeeklyRunResult
from bot.errors import WeekNotOver
from bot.ui.announcements import show_announced, show_final, show_results
from bot.ui.card import Reply, cards_in
from bot.ui.text import write_days
from bot.ui.weeks import ask_early, show_preview, show_undo, show_undo_of

WEEK_BUTTON_ID = re.compile(rf"week:(?P<action>close|preview|undo):{EVENT}:{WEEK}(?::(?P<tick>[0-9]{{1,17}}))?")


class Weeks(ServiceCog):
    """The admins' commands for weeks."""

    @app_commands.command(name="weekly-reset", description="Admins: close the finished weeks of an event, or this one")
    @app_commands.describe(
        event="The event: start typing its name",
        week="Default: every finished week, or this one",
        preview="True: shows results to you, closes nothing",
    )
    @app_commands.autocomplete(event=all_events, week=pending_weeks)
    @app_commands.guild_only()
    @for_admins
    async def weekly_reset(
        self, interaction: Interaction[Any], event: str, week: str | None = None, preview: bool = False
    ) -> None:
        """Close weeks, ask before closing the current one, or preview the results."""
        actor, weeks = actor_of(interaction), self.services.weeks
        if preview:
            previewed = self.services.results.preview(actor, event, week)
            await answer(interaction, previewed, show_preview, only_reads=True)
        else:
            work = _close(self.services, weeks.run(actor, event, week))
            await answer(interaction, _or_question(work), _show_reset)

    @app_commands.command(name="weekly-undo", description="Admins: open the latest closed week of an event again")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=all_events)
    @app_commands.guild_only()
    @for_admins
    async def weekly_undo(self, interaction: Interaction[Any], event: str) -> None:
        """Undo the latest weekly run of an event."""
        actor = actor_of(interaction)
        await answer(interaction, self.services.weeks.undo(actor, event), show_undo)


class WeekButton(IdButton, template=WEEK_BUTTON_ID):
    """A button about one week of an event: an answer to the question, or *Undo* below results."""

    LABELS: ClassVar = {"close": "Close it now", "preview": "Preview", "undo": "Undo"}

    def __init__(
        self, action: str, event_id: int, week: str, tick: int | None = None, label: str | None = None
    ) -> None:
        """Do `action` with a week.

        Args:
            action: a key of `LABELS`.
            event_id: the key of the event.
            week: the week, such as 2026-W47.
            tick: when the week was closed (`ticks_of`), for *Undo*, which undoes no later close.
            label: the label, if it is not that of the action.
        """
        self.action, self.event_id, self.week, self.tick = action, event_id, week, tick
        custom_id = f"week:{action}:{event_id}:{week}" + ("" if tick is None else f":{tick}")
        style = ButtonStyle.danger if action == "close" else ButtonStyle.secondary
        super().__init__(self.LABELS[action] if label is None else label, custom_id, style)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Close the week, preview its close, or undo it."""
        services = services_of(interaction)
        actor, weeks = actor_of(interaction), services.weeks
        of_week = actor, self.event_id, self.week
        if self.action == "close":
            await agree(interaction, _close(services, weeks.run(*of_week, early=True)), _show_closed)
        elif self.action == "preview":
            shown_below = partial(show_preview, below_question=True)
            await answer(interaction, services.results.preview(*of_week), shown_below, only_reads=True)
        else:
            shown = cards_in(interaction.message)
            ran_at = None if self.tick is None else instant_of(self.tick)
            await update(interaction, weeks.undo(*of_week, ran_at), lambda result: show_undo_of(shown, result))


def show_week(content: Results | Reopened) -> Reply:
    """Show the results of weeks closed together, with buttons that show all of the last one, explain and undo it."""
    shown = show_results(content)
    if isinstance(content, Reopened):
        return shown
    event_id, week = content.event.id, str(content.week)
    full, rated = PageButton("full", event_id, week, 0, NOBODY), RatedButton(event_id, week)
    undo = _undo(event_id, content.week, content.ran_at, are_several=bool(content.earlier))
    return shown.with_buttons([full, rated, PictureButton("week", week, event_id), undo])


def _undo(event_id: int, week: Week, ran_at: datetime, *, are_several: bool) -> WeekButton:
    """Return a button that undoes a close, and names the week if several were closed together."""
    label = f"Undo {write_days(week, short=True)}" if are_several else None
    return WeekButton("undo", event_id, str(week), ticks_of(ran_at), label)


@dataclass(frozen=True, slots=True)
class _Closed:
    """Closed weeks, the news about them, and the end of their event, if it has ended and nothing else announces it."""

    runs: Sequence[WeeklyRunResult]
    content: Results | Reopened | Announced
    final: Final | None


async def _close(services: Services, work: Coroutine[Any, Any, Sequence[WeeklyRunResult]]) -> _Closed:
    runs = await work
    event = runs[-1].event
    content = await services.results.answer(event.guild_id, event.id, [run.week for run in runs])
    final = None if event.last_week is None else await services.finals.unannounced(event.guild_id, event.id)
    return _Closed(runs, content, final)


async def _or_question(work: Coroutine[Any, Any, _Closed]) -> _Closed | WeekNotOver:
    try:
        return await work
    except WeekNotOver as question:
        return question


def _show_reset(result: _Closed | WeekNotOver) -> Reply:
    if not isinstance(result, WeekNotOver):
        return _show_closed(result)
    answers = [WeekButton(action, result.event_id, result.week) for action in ("close", "preview")]
    return ask_early(result).with_buttons([*answers, KeepButton()])


def _show_closed(closed: _Closed) -> Reply:
    """Show the results, or where they are announced, with a button that undoes the latest."""
    last, content = closed.runs[-1], closed.content
    if isinstance(content, Announced):
        undo = _undo(last.event.id, last.week, last.ran_at, are_several=len(closed.runs) > 1)
        shown = show_announced(content).with_buttons([undo])
    else:
        shown = show_week(content)
    return replace(shown, cards=[*shown.cards, *([] if closed.final is None else show_final(closed.final).cards)])
