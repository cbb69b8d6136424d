"""Show exported events, and imports of scores."""

from collections.abc import Sequence

from discord import Color

from bot.domain.score_files import BadRow, Problem, ScoreImportPlan, ScoreImportResult, TakenBack
from bot.domain.text import shorten
from bot.domain.transfer import EventImportPlan, ExportedEvent, PlannedEventImport
from bot.domain.weeks import Week
from bot.ui.card import Attachment, Card, Reply
from bot.ui.text import count_of, escape, write_days

MOST_BAD_NAMED = 10
MOST_WEEKS_NAMED = 5
LONGEST_CELL = 30
LONGEST_ZONE = 40
FILE_NAME = "scores.csv"
EVENT_FILE_NAME = "event.zip"
BAD_FILE_NAME = "left-out.txt"
"""The file with every row that is left out, if these are too many for the message; below the file of scores."""
_PROBLEMS = {
    Problem.CELLS: "it has too few cells",
    Problem.PLAYER: "no player of this server has that name",
    Problem.PLAYERS: "several players of this server have that name",
    Problem.WITHDRAWN: "the player is withdrawn",
    Problem.SCORE: "it is no score",
    Problem.UNCLEAR: "it can be two scores; write thousands without a separator",
    Problem.POINT: "its point may group thousands or not; write it as 12345 or as 12.3450",
    Problem.COMMA: "write decimals with a point",
    Problem.BOUNDS: "the event does not take this score",
    Problem.TIME: "it is no time such as 2026-11-21 13:05",
    Problem.AHEAD: "the time is still to come",
    Problem.TODAY: "that day is not over; write the time too",
    Problem.SEASON: "the event takes no scores of that week",
    Problem.REMOVED: "the score was removed",
}


def show_export(export: ExportedEvent) -> Reply:
    """Send an exported event to the admin only."""
    text = (
        f"**{escape(export.event)}**: submissions, runs, results and standings as tables (CSV), and"
        " `event.json`, from which `/import` makes the event again in another server."
    )
    return Reply(
        [Card("Exported", (text,), color=Color.blurple())],
        files=(Attachment(export.file_name, export.content),),
        ephemeral=True,
    )


def show_score_import_plan(plan: ScoreImportPlan, content: bytes) -> Reply:
    """Show, to the admin only, what an import would do; the message keeps the file."""
    lines = [_new(plan)] if plan.new else ["Nothing in it is new."]
    if plan.known:
        lines.append(f"Here already: {count_of(plan.known, 'row')}")
    if plan.weeks:
        lines.append(f"Run again: {_weeks(plan.weeks)}")
    heading = f"Import into {escape(plan.event.name)}?" if plan.new else f"Import into {escape(plan.event.name)}"
    card = Card(heading, (*lines, *_bad(plan.bad)), color=Color.blurple())
    files = [Attachment(FILE_NAME, content)] if plan.new else []
    if len(plan.bad) > MOST_BAD_NAMED:
        every = "\n".join(f"Line {row.line}: “{row.cell}”: {tell_problem(row.problem)}" for row in plan.bad)
        files.append(Attachment(BAD_FILE_NAME, every.encode()))
    return Reply([card], files=tuple(files), ephemeral=True)


def show_score_import(result: ScoreImportResult) -> Reply:
    """Show everyone which scores were imported."""
    plan = result.plan
    again = (f"Run again: {_weeks(plan.weeks)}",) if plan.weeks else ()
    lines = (f"**{escape(plan.event.name)}**: {_new(plan)}", *again)
    return Reply([Card("Scores imported", lines, color=Color.green())])


def show_taken_back(result: TakenBack) -> Reply:
    """Show everyone that an import was undone."""
    again = (f"Run again: {_weeks(result.weeks)}",) if result.weeks else ()
    lines = (f"**{escape(result.event.name)}**: {count_of(result.scores, 'score')} taken out", *again)
    return Reply([Card("Import taken back", lines)])


def show_event_import_plan(planned: PlannedEventImport) -> Reply:
    """Show, to the admin only, what importing an event would create; the message keeps the file."""
    plan, name = planned.plan, escape(planned.plan.name)
    if plan.is_here:
        there = ("Nothing to import: all of it is here already.",)
        return Reply([Card(f"Import {name}", there, color=Color.blurple())], ephemeral=True)
    lines = [_size(plan), f"New to this server: {count_of(plan.newcomers, 'player')}"]
    theirs, ours = plan.zones
    if theirs != ours:
        lines.append(
            f"Its closed weeks are by {escape(shorten(theirs, LONGEST_ZONE))} time, later ones by {ours} time."
        )
    lines.append("-# no undo, but `/event archive` stops it")
    files = (Attachment(EVENT_FILE_NAME, planned.content),)
    return Reply(
        [Card(f"Make {name} in this server?", tuple(lines), color=Color.blurple())], files=files, ephemeral=True
    )


def show_event_import(plan: EventImportPlan) -> Reply:
    """Show everyone that an event was imported."""
    return Reply([Card("Event imported", (f"**{escape(plan.name)}**: {_size(plan)}",), color=Color.green())])


def tell_problem(problem: Problem) -> str:
    """Say why an import leaves out a row of a file."""
    return _PROBLEMS[problem]


def _size(plan: EventImportPlan) -> str:
    scores, players = count_of(plan.submissions, "score"), count_of(plan.players, "player")
    return f"**{scores}** of {players}, {count_of(plan.runs, 'closed week')}"


def _new(plan: ScoreImportPlan) -> str:
    return f"**{count_of(len(plan.new), 'new score')}** of {count_of(plan.players, 'player')}"


def _weeks(weeks: Sequence[Week]) -> str:
    named = ", ".join(write_days(week, short=True) for week in weeks[:MOST_WEEKS_NAMED])
    more = len(weeks) - MOST_WEEKS_NAMED
    return f"{named} and {count_of(more, 'more week')}" if more > 0 else named


def _bad(rows: Sequence[BadRow]) -> list[str]:
    if not rows:
        return []
    listed = [
        f"Line {row.line}: “{escape(shorten(row.cell, LONGEST_CELL))}”: {tell_problem(row.problem)}"
        for row in rows[:MOST_BAD_NAMED]
    ]
    more = len(rows) - MOST_BAD_NAMED
    ending = [f"… and {count_of(more, 'more row')}: see the file"] if more > 0 else []
    return [f"**Left out: {count_of(len(rows), 'row')}**", *listed, *ending]
