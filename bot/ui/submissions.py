"""Show submissions."""

import re
from collections.abc import Sequence
from typing import Any

from discord import Color, Embed, SelectOption
from discord.ui import FileUpload, Select, TextInput

from bot.domain.events import EventChoices, EventInfo
from bot.domain.scores import ScoreFormat
from bot.domain.submissions import SubmissionResult
from bot.errors import ScoreInQuestion
from bot.ui.refusals import sentence
from bot.ui.reply import Reply
from bot.ui.text import FIRST_STRONG_ISOLATE, POP_ISOLATE, escape, escape_score, isolate

PROOF = "Proof"
PROOF_LINK = "A link to a picture or a video of it"
PROOF_PICTURE = "A picture of it, if you have no link"
TITLE = "Submit a score"
LONGEST_TITLE = 45
LONGEST_OPTION = 100
MOST_OPTIONS = 25
_KEY = re.compile(r"[0-9]{1,18}")
_LINK = re.compile(f"[<>{FIRST_STRONG_ISOLATE}{POP_ISOLATE}]")
"""What stands around a link; none of it can be in one."""


def show_submission(result: SubmissionResult) -> Reply:
    """Show what a score changed: personal best, rank, Elo, and the week that it counts for."""
    style = result.event.style
    title = "🎉 New Personal Best!" if result.is_personal_best else "Score submitted"
    embed = Embed(
        title=title,
        description=f"**{escape(result.player.name)}** in **{escape(result.event.name)}**",
        color=Color.green() if result.is_personal_best else Color.blurple(),
    )
    embed.add_field(name="Score", value=escape_score(style.show(result.score), style))
    if result.previous_best is not None and result.is_personal_best:
        before = escape_score(style.show(result.previous_best), style)
        change = escape_score(f"({style.show_change(result.score, result.previous_best)}", style)
        embed.add_field(name="Previous best", value=f"{before} {change})")
    elif not result.is_personal_best:
        embed.add_field(name="Personal best", value=escape_score(style.show(result.personal_best), style))
    embed.add_field(name="Rank", value=f"#{result.rank} of {result.players}")
    embed.add_field(name="All-time Elo", value=str(result.elo))
    if result.proof is not None:
        _add_proof(embed, result.proof)
    embed.set_footer(text=_footer(result))
    return Reply([embed])


def show_question(question: ScoreInQuestion, proof: str | None) -> Reply:
    """Ask which score was meant; the buttons below come from the caller, and `proof_in` finds the link again."""
    embed = Embed(description=sentence(question), color=Color.orange())
    if proof is not None and proof.strip():
        _add_proof(embed, proof.strip())
    return Reply([embed], ephemeral=True)


def show_answered(shown: str) -> Reply:
    """Show what became of a question: the score that was meant is submitted."""
    return Reply([Embed(description=f"Submitted: **{shown}**", color=Color.green())], ephemeral=True)


def proof_in(embeds: Sequence[Embed]) -> str | None:
    """Return the link of a message that `show_question` made, or None."""
    links = [field.value for embed in embeds for field in embed.fields if field.name == PROOF]
    return None if not links or links[0] is None else _LINK.sub("", links[0])


def title_of(event: EventInfo) -> str:
    """Return the title of the modal that asks for a score for an event."""
    return isolate(event.name, LONGEST_TITLE)


def score_input(event: EventInfo | None = None) -> TextInput[Any]:
    """Ask for a score, of an event if it is known."""
    is_time = event is not None and event.style.format is ScoreFormat.TIME
    return TextInput(custom_id="score", placeholder="1:23.456" if is_time else "12345, 12,345.5 or 12k")


def proof_input(proof: str | None = None) -> TextInput[Any]:
    """Ask for a link, where one may be there already."""
    return TextInput(custom_id="proof", required=False, default=proof, placeholder="https://")


def screenshot_input() -> FileUpload[Any]:
    """Ask for a picture."""
    return FileUpload(custom_id="screenshot", required=False)


def ask_event(choices: EventChoices) -> Select[Any] | TextInput[Any]:
    """Ask for one of the events, where the usual one is chosen already."""
    if len(choices.events) > MOST_OPTIONS:
        return event_input(None if choices.usual is None else choices.usual.name)
    return event_menu(
        *(
            SelectOption(label=isolate(event.name, LONGEST_OPTION), value=str(event.id), default=event == choices.usual)
            for event in choices.events
        )
    )


def event_menu(*options: SelectOption) -> Select[Any]:
    """Ask for an event of some, by their keys."""
    return Select(custom_id="event", options=list(options))


def event_input(name: str | None = None) -> TextInput[Any]:
    """Ask for the name of an event."""
    return TextInput(custom_id="event", default=name)


def key_of(menu: Select[Any]) -> int:
    """Return the key of the event that was chosen in a menu, or 0, which no event has."""
    chosen = menu.values[0] if menu.values else ""
    return int(chosen) if _KEY.fullmatch(chosen) else 0


def _add_proof(embed: Embed, proof: str) -> None:
    embed.add_field(name=PROOF, value=isolate(f"<{proof}>"), inline=False)


def _footer(result: SubmissionResult) -> str:
    counts = f"Counts for this week ({result.week})"
    if result.closed_week is not None:
        which = "next week" if result.week == result.closed_week.next() else "a later week"
        counts = f"Counts for {which} ({result.week}), since this one is closed"
    return f"{counts} · your best of the week" if result.is_weekly_best else counts
