"""`/events`, `/event` with all its subcommands, and the button that begins a new season."""

import re
from functools import partial
from typing import Any, Literal

from discord import ButtonStyle, Interaction, Role, app_commands

from bot.cogs._admins import ADMINS
from bot.cogs._answering import actor_of, answer, guild_of
from bot.cogs._buttons import IdButton
from bot.cogs._questions import KeepButton, agree
from bot.cogs._services import ServiceCog, services_of
from bot.cogs._suggestions import all_events, coming_weeks, kept_events
from bot.cogs.rehearsals import ask_to_apply
from bot.cogs.roles import check_awardable
from bot.domain.events import SeasonPreview
from bot.domain.rehearsals import Proposal
from bot.domain.roles import Award, RoleAward
from bot.domain.rules import Attendance, Method
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.weeks import Week
from bot.errors import AwardWithoutElo
from bot.services.events import EventOptions
from bot.ui.card import Reply
from bot.ui.events import show_change, show_event, show_events, show_season, show_season_preview
from bot.ui.roles import show_award

AWARDS = {
    "number one": Award.FIRST,
    "top three": Award.TOP_THREE,
    "elo": Award.ELO,
    "nobody": Award.NOBODY,
}
MAX_ELO = 1_000_000
FORMAT = "Numbers, or times, shown as 1:23.456"
NO_WEEK = "none"
_WEEK = "[0-9]{4}-W[0-9]{2}"
_SEASON = rf"(?P<first>{_WEEK}|{NO_WEEK}):(?P<last>{_WEEK}|{NO_WEEK})"
SEASON_BUTTON_ID = re.compile(rf"season:begin:(?P<event>[0-9]{{1,18}}):(?P<after>{_WEEK}):{_SEASON}")


class Events(ServiceCog):
    """The commands for the events of a server."""

    event = app_commands.Group(
        name="event", description="Admins: the events of this server", guild_only=True, default_permissions=ADMINS
    )

    @app_commands.command(name="events", description="Show the events of this server")
    @app_commands.guild_only()
    async def events(self, interaction: Interaction[Any]) -> None:
        """List the events of the server."""
        await answer(interaction, self.services.events.list(guild_of(interaction)), show_events, only_reads=True)

    @event.command(name="create", description="Admins: make an event")
    @app_commands.describe(
        name="What players type, such as Tetris Blitz",
        direction="HIGH: greater is better · LOW: smaller",
        format=FORMAT,
        unit="Shown behind numbers, such as points",
        min="Smallest score allowed; default: above 0",
        max="Greatest; default: below 1,000,000,000",
        first_week="It takes no scores before; default: now",
        last_week="Its last week; default: no end",
    )
    @app_commands.rename(first_week="first-week", last_week="last-week")
    @app_commands.autocomplete(first_week=coming_weeks, last_week=coming_weeks)
    async def event_create(
        self,
        interaction: Interaction[Any],
        name: str,
        direction: Literal["HIGH", "LOW"],
        format: Literal["number", "time"] = "number",
        unit: str | None = None,
        min: str | None = None,
        max: str | None = None,
        first_week: str | None = None,
        last_week: str | None = None,
    ) -> None:
        """Create an event."""
        options = EventOptions(
            name,
            ScoreFormat(format),
            unit,
            min,
            max,
            first_week=first_week,
            last_week=last_week,
            locale=str(interaction.locale),
        )
        made = self.services.events.create(actor_of(interaction), ScoreDirection(direction), options)
        await answer(interaction, made, show_event)

    @event.command(name="edit", description="Admins: change an event, or take it out of the archive")
    @app_commands.rename(default_channel="default-channel")
    @app_commands.describe(
        event="The event: start typing its name",
        name="A new name",
        direction="HIGH or LOW; with scores: /event rehearse",
        format=FORMAT,
        unit="Shown behind numbers; none: no unit",
        min="Smallest score allowed; none: above 0",
        max="Greatest; none: below 1,000,000,000",
        active="False archives it, True takes it out again",
        default_channel="Needs no event name here; same again: off",
        first_week="It takes no scores before; none: any week",
        last_week="It ends with it; none: it goes on",
    )
    @app_commands.describe(
        alarm="Elo a score may move others; none: any",
        alarm_min="Hold scores below this; none: hold none",
        alarm_max="Hold scores above this; none: hold none",
    )
    @app_commands.rename(first_week="first-week", last_week="last-week", alarm_min="alarm-min", alarm_max="alarm-max")
    @app_commands.autocomplete(event=all_events, first_week=coming_weeks, last_week=coming_weeks)
    async def event_edit(
        self,
        interaction: Interaction[Any],
        event: str,
        name: str | None = None,
        format: Literal["number", "time"] | None = None,
        unit: str | None = None,
        min: str | None = None,
        max: str | None = None,
        active: bool | None = None,
        direction: Literal["HIGH", "LOW"] | None = None,
        default_channel: app_commands.AppCommandChannel | None = None,
        first_week: str | None = None,
        last_week: str | None = None,
        alarm: str | None = None,
        alarm_min: str | None = None,
        alarm_max: str | None = None,
    ) -> None:
        """Change the given options of an event."""
        options = EventOptions(
            name,
            None if format is None else ScoreFormat(format),
            unit,
            min,
            max,
            active,
            None if direction is None else ScoreDirection(direction),
            None if default_channel is None else default_channel.id,
            first_week,
            last_week,
            alarm,
            alarm_min,
            alarm_max,
            str(interaction.locale),
        )
        changed = self.services.events.edit(actor_of(interaction), event, options)
        await answer(interaction, changed, partial(show_change, title="Event changed"))

    @event.command(name="archive", description="Admins: stop an event from taking scores; its boards stay")
    @app_commands.describe(event="The event: start typing its name")
    @app_commands.autocomplete(event=kept_events)
    async def event_archive(self, interaction: Interaction[Any], event: str) -> None:
        """Archive an event."""
        archived = self.services.events.archive(actor_of(interaction), event)
        await answer(interaction, archived, partial(show_change, title="Event archived"))

    @event.command(name="begin-again", description="Admins: begin a new season; the old one is archived")
    @app_commands.describe(
        event="The event: start typing its name",
        first_week="Default: the week after the last closed",
        last_week="Its last week; default: no end",
    )
    @app_commands.rename(first_week="first-week", last_week="last-week")
    @app_commands.autocomplete(event=all_events, first_week=coming_weeks, last_week=coming_weeks)
    async def event_begin_again(
        self, interaction: Interaction[Any], event: str, first_week: str | None = None, last_week: str | None = None
    ) -> None:
        """Show what a new season of an event would change, and ask whether to begin it."""
        preview = self.services.events.preview_season(actor_of(interaction), event, first_week, last_week)
        await answer(interaction, preview, _ask_to_begin, only_reads=True)

    @event.command(name="rehearse", description="Admins: see what other rules would change, before they hold")
    @app_commands.describe(
        event="The event: start typing its name",
        method="How scores become Elos",
        attendance="How weeks become an average",
        best_of="With best: how many weeks count",
        last_weeks="With best: among how many latest weeks",
        weight="The best score's part of the Elo, 0 to 1",
        missed_week="Elo of a missed week; default: the bot's",
        min_weeks="Closed weeks before a player has a rank",
        min_field="Players that a week needs to be rated",
        logarithm="With robust: rate logarithms of scores",
        direction="HIGH: greater is better · LOW: smaller",
    )
    @app_commands.rename(
        best_of="best-of",
        last_weeks="last-weeks",
        missed_week="missed-week",
        min_weeks="min-weeks",
        min_field="min-field",
    )
    @app_commands.autocomplete(event=all_events)
    async def event_rehearse(
        self,
        interaction: Interaction[Any],
        event: str,
        method: Literal["classic", "robust", "ranks"] | None = None,
        attendance: Literal["zero", "best", "played"] | None = None,
        best_of: int | None = None,
        last_weeks: int | None = None,
        weight: float | None = None,
        missed_week: str | None = None,
        min_weeks: int | None = None,
        min_field: int | None = None,
        logarithm: bool | None = None,
        direction: Literal["HIGH", "LOW"] | None = None,
    ) -> None:
        """Show the effect of other rules on an event, and offer to apply them."""
        proposal = Proposal(
            None if method is None else Method(method),
            logarithm,
            None if attendance is None else Attendance(attendance),
            best_of,
            last_weeks,
            weight,
            missed_week,
            min_weeks,
            min_field,
            None if direction is None else ScoreDirection(direction),
        )
        rehearsal = self.services.rehearsals.rehearse(actor_of(interaction), event, proposal)
        await answer(interaction, rehearsal, ask_to_apply, only_reads=True)

    @event.command(name="role", description="Admins: have an event give a role to its best players")
    @app_commands.describe(
        event="The event: start typing its name",
        role="The role to give and to take",
        award="Who gets it, by the overall board",
        elo="With elo: from which event Elo on",
    )
    @app_commands.autocomplete(event=all_events)
    async def event_role(
        self,
        interaction: Interaction[Any],
        event: str,
        role: Role,
        award: Literal["number one", "top three", "elo", "nobody"],
        elo: app_commands.Range[int, -MAX_ELO, MAX_ELO] | None = None,
    ) -> None:
        """Choose to which players an event awards a role."""
        awarded = self._award(interaction, event, role, AWARDS[award], elo)
        await answer(interaction, awarded, show_award)

    async def _award(
        self, interaction: Interaction[Any], event: str, role: Role, award: Award, elo: int | None
    ) -> RoleAward:
        actor = actor_of(interaction)
        if (award is Award.ELO) != (elo is not None):
            raise AwardWithoutElo
        if award is not Award.NOBODY:
            check_awardable(interaction, role)
        return await self.services.roles.award(actor, event, role.id, award, elo)


class SeasonButton(IdButton, template=SEASON_BUTTON_ID):
    """Begins the new season that the message describes, between the weeks in its id."""

    def __init__(self, event_id: int, after: str, first: str, last: str) -> None:
        """Begin after the closed week `after`, such as 2026-W47, from `first` until `last`; "none" for no week."""
        self.event_id, self.after, self.first, self.last = event_id, after, first, last
        custom_id = f"season:begin:{event_id}:{after}:{first}:{last}"
        super().__init__("Begin again", custom_id, ButtonStyle.danger)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Begin the season, and show everyone."""
        events, actor = services_of(interaction).events, actor_of(interaction)
        begun = events.begin_again(actor, self.event_id, self.first, self.last, after=self.after)
        await agree(interaction, begun, show_season)


def _ask_to_begin(preview: SeasonPreview) -> Reply:
    archived, event = preview.archived, preview.event
    weeks = map(_name_week, (archived.last_week, event.first_week, event.last_week))
    return show_season_preview(preview).with_buttons([SeasonButton(archived.id, *weeks), KeepButton()])


def _name_week(code: int | None) -> str:
    return NO_WEEK if code is None else str(Week.from_code(code))
