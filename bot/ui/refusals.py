"""The sentences that tell users what went wrong and what they can do."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Any

from discord.utils import format_dt

from bot import errors
from bot.domain.text import visible
from bot.domain.weeks import Week
from bot.errors import FileMistake, Flaw, LeaderboardError, Named
from bot.ui.text import escape, escape_start, name_week, write_days, write_range

LONGEST_REPEATED = 40
MINUTES_A_DAY = 24 * 60
_COMMAND = re.compile("`/([a-z-]+(?: [a-z-]+)?)`")
MOST_NAMED = 5

REFUSED = "⚠️"
"""The beginning of every refusal; no result begins like this."""
COMMAND_CHANGED = "This command has changed since your Discord last looked. Please try again in a few minutes."
ANSWER_LOST = "Discord lost the answer. What you asked for was done: look at `/leaderboard` before you repeat it."
NOT_READ = "The leaderboard cannot reach its records right now. Please try again in a minute."
"""Stands in place of the sentence of `Unavailable` where nothing can have been counted."""
NOT_SHOWN = "Something went wrong on our side. If it happens again, tell the bot's operator: {reference}."
UNEXPECTED = (
    "Something went wrong on our side. `/leaderboard` shows whether a score was counted. "
    "If it happens again, tell the bot's operator: {reference}."
)

_SENTENCES: dict[type[LeaderboardError], str] = {
    errors.ScoreTooLong: "“{typed}” is too long for a score. Type at most {longest} characters.",
    errors.CommaInScore: "Write “{typed}” as {pointed}. Commas only group thousands, as in 12,345.",
    errors.OtherUnit: "{event} counts {counted}. Type {alone}.",
    errors.TimeNotNumber: "{event} counts {counted}, and “{typed}” is a time. Type digits, such as 12345.",
    errors.NotANumber: "“{typed}” is no score. Type digits, such as 12345, 12,345.5 or 12k.",
    errors.NotATime: "“{typed}” is no time. Type it as 83.456, 1:23.456, 1:02:03.4 or 1m23s.",
    errors.TooManyDecimals: "“{typed}” has too many decimals. A score has at most {most}.",
    errors.ScoreOutOfRange: "“{typed}” is out of range. No score is below −{greatest:,} or above {greatest:,}.",
    errors.AmbiguousScore: "Do you mean {readings}{unit}?",
    errors.ScoreUnclear: "Do you mean {readings}{unit}? Type {texts}.",
    errors.ScoreInQuestion: "Do you mean {readings}{unit}?",
    errors.ScoreTooLow: "{score} is too {low}: {event} takes {range}.",
    errors.ScoreTooHigh: "{score} is too {high}: {event} takes {range}.",
    errors.InvalidProof: "The proof must be a link such as https://example.com/run, at most {longest} characters.",
    errors.NameInvisible: "{named} needs at least one visible character.",
    errors.NameTooLong: "{named} can have at most {longest} characters; this has {length}.",
    errors.UnitBeginsWithDigit: "{named} cannot begin with a digit, which would look like a part of the score.",
    errors.UnknownTimeZone: "There is no time zone “{typed}”. {hint}",
    errors.TimeZoneAmbiguous: "Several fit. Type one: {candidates}.",
    errors.GraceTooLong: "Type minutes from 0 to {longest:,} ({days:g} days).",
    errors.MomentUnknown: "“{typed}” is no day or week. Type it as 2026-11-21, 21 Nov, yesterday or 2026-W47.",
    errors.MomentAhead: "“{typed}” has not come yet, and no score is from the future.",
    errors.NotATimeOfDay: "“{typed}” is no time of the day. Type it as 22:00 or 8:30; `none` ends the quiet hours.",
    errors.NotATextChannel: "Choose a text channel of this server.",
    errors.EveryoneReads: (
        "Everyone can read <#{channel}>, and held scores are for admins alone. Choose a channel that only admins see."
    ),
    errors.QuietHoursHalf: "Quiet hours need both `quiet-from` and `quiet-to`, such as 22:00 and 8:00.",
    errors.NotAWeek: "Write the week as year and number, such as 2026-W47.",
    errors.NothingToChange: "Nothing to change: choose something besides `event`.",
    errors.HasTheseRules: "{event} has these rules already.",
    errors.UnitOfTimes: "Times have no unit, and this event has “{unit}”. Add `unit:none`.",
    errors.UnitOfNewTimes: "Times have no unit. Leave *Unit* empty.",
    errors.InvalidBound: "`{option}`: {reason}",
    errors.RuleOutOfRange: "{rule} can be {least:,} to {greatest:,}.",
    errors.LogarithmImpossible: (
        "{event} takes scores of 0 or less, which have no logarithm. Give it a `min` above 0 first, by `/event edit`."
    ),
    errors.DirectionFixed: (
        "{event} has scores already. `/event rehearse` with `direction:{wanted}` shows what that would change."
    ),
    errors.BoundsSwapped: (
        "The smallest score allowed would be greater than the greatest. Choose a smaller `min` or a greater `max`."
    ),
    errors.EventNotFound: "There is no such event in this server. See them all with `/events`.",
    errors.NoEvents: "This server has no events yet. An admin can make one with `/setup`.",
    errors.NoOpenEvents: "No event takes scores now. See them all with `/events`.",
    errors.EventUnnamed: "Which event: {candidates}? The bot remembers it for your next score.",
    errors.EventUnknown: "This server has no event “{typed}”. {hint}",
    errors.EventAmbiguous: "Which one: {candidates}?",
    errors.EventNameTaken: (
        "This server already has an event “{taken}”. Choose a different name: `/events` shows all."
    ),
    errors.ExportTooLarge: (
        "{event} is larger than the 10 MB that Discord takes as a file. "
        "The bot's operator can export it: `python -m bot export`."
    ),
    errors.NoBoard: "{event} has no board that stays up to date. Post one with `/board post`.",
    errors.ChannelClosed: "The bot may not write in <#{channel}>. Allow it *View Channel* and *Send Messages* there.",
    errors.FileTooLarge: (
        "The file is too large: at most {most_bytes:,} bytes and {most_rows:,} rows. Import it in parts."
    ),
    errors.NotAScoreFile: (
        "The file is no table of scores. Save it as CSV with the columns `player`, `score` and `time`."
    ),
    errors.ImportUnnamed: "Which event are the scores for? Choose it at `event`.",
    errors.EventFileTooLarge: (
        "The event is too large: at most {most_bytes:,} bytes, unpacked, and {most_results:,} results of closed weeks. "
        "The bot's operator can import it: `python -m bot import`."
    ),
    errors.EventFileBroken: (
        "The file is no event that `/export` wrote: “{mistake}”. Export the event again, and leave the file as it is."
    ),
    errors.EventFileNewer: "A newer version of the bot wrote this file. The bot's operator can update this one.",
    errors.FileGone: "Discord does not hand out the file. Use `/import` again, with the file.",
    errors.NothingToImport: "Nothing to import: {event} has every score of the file that can be read.",
    errors.ImportGone: "Nothing to take back: {event} has no scores of this import any more.",
    errors.EventArchived: "{event} is archived and takes no more scores. `/leaderboard` still shows it.",
    errors.EventNotBegun: "{event} takes no scores yet. It begins {begins_at}.",
    errors.WeekBeforeFirst: (
        "{event} takes no scores for weeks before {first_week}. An earlier season is an event of its own: "
        "`/events` names it."
    ),
    errors.EventEnded: ("{event} takes no more scores: its last week was {last_week}. `/leaderboard` still shows it."),
    errors.SeasonSwapped: (
        "The first week would be after the last one. Choose an earlier `first-week` or a later `last-week`."
    ),
    errors.SeasonOver: "That last week is over, and the event has no scores. Choose {current} or a later one.",
    errors.SeasonHasScores: (
        "{event} has scores from {first} to {last}. Its first week cannot be later, nor its last week earlier. "
        "`/event begin-again` begins a new season."
    ),
    errors.SeasonOpen: "{week} of {event} is not closed yet. Close it with `/weekly-reset`, then begin again.",
    errors.SeasonOpenAhead: (
        "{week} of {event} takes scores until {ends_at}: begin again after it closes, "
        "or reopen the week before with `/weekly-undo`."
    ),
    errors.SeasonHasHeld: (
        "A score of {event} for the open week waits for an admin. Decide about it with `/review`, then begin again."
    ),
    errors.SeasonEmpty: (
        "No week of {event} is closed, so there is no season to archive. `/event edit` changes when it begins and ends."
    ),
    errors.SeasonPast: "{event} is a past season and stays as it is. `/event begin-again` goes with {current}.",
    errors.RulesChanged: "The rules of {event} have changed since this rehearsal. `/event rehearse` compares anew.",
    errors.SeasonChanged: (
        "The closed weeks of {event} have changed since you were asked. `/event begin-again` asks anew."
    ),
    errors.SeasonUnknown: "{event} has no season “{typed}”. It has {named_seasons}.",
    errors.AlreadyCounted: "This score has already been counted, once: `/leaderboard` shows it.",
    errors.AlreadyDone: "This has already been done, once: `/audit` shows it.",
    errors.NothingStored: "I store nothing about you.",
    errors.ErasureUnconfirmed: "Nothing was erased: “{typed}” is not {word}.",
    errors.AlreadyTakenBack: "This score has already been taken back.",
    errors.TooLateToTakeBack: (
        "A score can be taken back for ten minutes, while its week is open. "
        "An admin can still remove it: `/score remove`."
    ),
    errors.NothingToTakeBack: "This score does not count any more, so there is nothing to take back.",
    errors.SubmitterErased: "Since you were erased, this score has no name. Only an admin can remove it.",
    errors.SubmittedByAnother: "Only whoever submitted a score can take it back.",
    errors.RemovedAlready: "That score of {player} in {event} is removed already.",
    errors.NothingToRemove: "No score of {player} in {event} fits that. Pick one of those that `score` suggests.",
    errors.NoScores: "{player} has no scores in {event}.",
    errors.NoOwnScores: "You have no scores in {event}, which takes none now. `/events` names all events.",
    errors.NoOwnScoresYet: "You have no scores in {event} yet. `/submit-score` counts your first.",
    errors.SeveralGoals: "One goal at a time: `rank`, `elo` or `player`.",
    errors.AheadOfOneself: "That is you. Choose another `player`, or an `elo`.",
    errors.NothingToRestore: (
        "No removed score of {player} in {event} fits that. Pick one of those that `score` suggests."
    ),
    errors.RestoredAlready: "That score of {player} in {event} is restored already.",
    errors.NoRemovedScores: "No score of {player} in {event} is removed, so there is nothing to restore.",
    errors.SeveralScores: (
        "That fits {number} scores:\n{listed}\nNothing was changed. Pick the one you mean where `score` suggests them."
    ),
    errors.NeverSubmitted: "{player} has never submitted a score in this server.",
    errors.NoScoresHere: "{player} has no scores in this server.",
    errors.NoScoresYet: "You have no scores in this server yet. `/submit-score` counts your first.",
    errors.NoSharedEvent: "These two have no event in common yet.",
    errors.SamePlayer: "That is one and the same player. Choose somebody else.",
    errors.NoRival: "You follow nobody yet. `/compare` yourself with somebody, then choose *Follow as rival*.",
    errors.AlreadyWithdrawn: "{player} is withdrawn already. `/player return` brings them back.",
    errors.PlayerWithdrawn: "{player} is withdrawn. Bring them back first, with `/player return`.",
    errors.AlreadyExcused: "{player} is excused from {week} already. `/player unexcuse` takes that back.",
    errors.NotExcused: "{player} is not excused from {week}, so there is nothing to take back.",
    errors.NotWithdrawn: "{player} is not withdrawn.",
    errors.SubmitterWithdrawn: (
        "You are withdrawn from the leaderboards of this server, so your scores do not count. "
        "An admin can bring you back with `/player return`."
    ),
    errors.CooldownActive: "You can submit again {until}.",
    errors.ClickTooSoon: "You can press again {until}.",
    errors.ScoreHeld: (
        "**{score}** is far from all others, so an admin looks at it first. It counts for {counts_for} once approved. "
        "`/review` shows you where it stands."
    ),
    errors.ScoreBeyondAlarm: (
        "**{score}** is beyond what {event} usually sees, so an admin looks at it first. It counts for {counts_for} "
        "once approved. `/review` shows you where it stands."
    ),
    errors.NothingHeld: (
        "This score waits no longer: an admin has decided, or its player has taken it back. `/review` shows what waits."
    ),
    errors.AlarmUnreadable: "“{typed}” is no alarm. Type points of Elo from 1 to {most:,}, such as 150, or `none`.",
    errors.AlarmBoundsSwapped: (
        "`alarm-min` would be greater than `alarm-max`. Choose a smaller `alarm-min` or a greater `alarm-max`."
    ),
    errors.NotAllowed: "Only admins of this server can do that: members with the *Manage Server* permission{or_role}.",
    errors.RoleNotGivable: "<@&{role}> belongs to everyone or to another bot, so nobody can give it.",
    errors.BotLacksManageRoles: "The bot may not give roles: allow it *Manage Roles* in the server's settings.",
    errors.RoleAboveBot: "<@&{role}> stands above the bot's role: move the bot's role up in the server's settings.",
    errors.RoleAboveAdmin: (
        "You can award only what you could give yourself: you need *Manage Roles*, and a role above <@&{role}>."
    ),
    errors.AwardWithoutElo: "`award:elo` needs an `elo`: who has that much gets the role. Other awards take none.",
    errors.ServerOnly: "Leaderboards belong to servers. Use this command in a server, not in a direct message.",
    errors.WeekNotBegun: "{week} has not begun yet. It is {current} now.",
    errors.WeekClosedAlready: "{week} was closed already, on {ran_at}. `/leaderboard` shows it.",
    errors.WeekClosedEarly: (
        "{week} was closed {ran_at}. Scores since then count for {open_week}, which has not begun. "
        "`/weekly-undo` opens {week} again."
    ),
    errors.WeekNotOver: (
        "Close **{event} · {week}** early?\nIt would run until {until} ({left}).\n{afterwards}.\nYou can undo this."
    ),
    errors.WeekWithoutScores: "Nobody has submitted a score for {week}, so there is nothing to close.",
    errors.WeekWithoutBoard: "Nobody has a score for {week} in {event}. Pick one of the weeks that `week` suggests.",
    errors.NothingToUndo: "No week of {event} is closed, so there is nothing to undo. `/weekly-reset` closes one.",
    errors.WeekOpenAlready: "{week} is open again already; there is nothing left to undo. `/weekly-reset` closes it.",
    errors.WeekNotRated: "{week} is open, so its scores are not rated yet.",
    errors.WeekClosedAnew: "{week} was opened and closed again since then. `/weekly-undo` undoes the latest close.",
    errors.NotTheLatestRun: "{week} was not closed last: {latest} was. `/weekly-undo` opens that one again.",
    errors.ButtonOfAnother: "This question was for somebody else. Use `/submit-score` for a score of your own.",
    errors.ButtonOutdated: "This is from an older version of the bot and no longer works. `/help` shows what does.",
    errors.Restarting: "The bot is just restarting. Nothing was saved; please try again in a minute.",
    errors.Interrupted: (
        "The bot is restarting and could not finish this. `/leaderboard` shows whether a score was counted; "
        "if not, please try again in a minute."
    ),
    errors.PictureNotDrawn: "The picture could not be drawn; the text has its numbers. Please try again in a minute.",
    errors.Unavailable: (
        "The leaderboard cannot reach its records right now. Please try again in a minute; "
        "`/leaderboard` shows whether a score was counted."
    ),
}
_ELSEWHERE: dict[type[LeaderboardError], str] = {
    errors.EventUnknown: "See them all with `/events`.",
    errors.UnknownTimeZone: "Type a city, a country or a zone, such as Berlin or UTC.",
}
"""Where to look if there is no similar name."""
_RULES = {
    errors.Rule.BEST_OF: "The number of best weeks that count",
    errors.Rule.LAST_WEEKS: "The number of latest weeks",
    errors.Rule.ALL_TIME_WEIGHT: "The weight of the all-time Elo",
    errors.Rule.MISSED_WEEK_ELO: "The Elo of a missed week",
    errors.Rule.MIN_WEEKS: "The number of weeks before a rank",
    errors.Rule.MIN_FIELD: "The number of players that a week needs",
}
_FLAWS = {
    Flaw.ZIP_UNREADABLE: "the ZIP cannot be read",
    Flaw.ZIP_WITHOUT_EVENT: "the ZIP has no event.json",
    Flaw.SEVERAL_EVENTS: "several event.json",
    Flaw.NO_JSON: "this is no valid JSON",
    Flaw.TOO_MANY_MEMBERS: "a part has more than {most:,} members",
    Flaw.TOO_MANY_VALUES: "it has more than {most:,} values",
    Flaw.MISSING: "this is missing",
    Flaw.UNKNOWN: "an exported event has nothing of this name",
    Flaw.OUT_OF_RANGE: "this is too great, too small or too long",
    Flaw.UNEXPECTED: "an exported event has something else here",
    Flaw.IMPOSSIBLE_TIME: "a time is before 2015, or not over yet",
    Flaw.IMPOSSIBLE_WEEK: "a week is before 2015, or too far ahead",
    Flaw.UNIT_OF_TIMES: "times have no unit",
    Flaw.BOUNDS_SWAPPED: "min_score is greater than max_score",
    Flaw.ALARM_BOUNDS_SWAPPED: "alarm_min is greater than alarm_max",
    Flaw.WEEKS_SWAPPED: "first_week is after last_week",
    Flaw.HALF_REMOVED: "removed_at and removed_by belong together",
    Flaw.LATE_AND_OMITTED: "a score cannot be late and omitted",
    Flaw.PLAYER_TWICE: "a player is there twice",
    Flaw.WEEK_TWICE: "a week is there twice",
    Flaw.EXCUSE_TWICE: "an excuse is there twice",
    Flaw.PLAYER_MISSING: "a player is missing",
}
_OF_WEEKS = ("week", "next_week", "open_week", "latest", "last_week", "later_week", "first_week")
"""The fields of errors that hold a week such as 2026-W47."""
_NAMED = {Named.EVENT: "An event's name", Named.UNIT: "A unit"}


def sentence(error: LeaderboardError) -> str:
    """Return the sentence for an error, filled in with the fields of the error."""
    fields = {name: _show(value) for name, value in vars(error).items()} | _weeks_of(error) | _numbers_of(error)
    if isinstance(error, errors.InvalidName):
        fields["named"] = _NAMED[error.named]
    if isinstance(error, errors.WeekNotOver):
        fields["until"], fields["left"] = format_dt(error.ends_at, "F"), format_dt(error.ends_at, "R")
        goes_on, ends = f"Scores after you close it count for {fields['next_week']}", "It takes no scores after that"
        fields["afterwards"] = ends if error.next_week is None else goes_on
    if isinstance(error, errors.ScoreHeld):
        fields["counts_for"] = fields["later_week"] or "this week"
    if isinstance(error, errors.WeekClosedAlready):
        fields["ran_at"] = format_dt(error.ran_at, "R" if isinstance(error, errors.WeekClosedEarly) else "f")
    if isinstance(error, errors.AboutPlayer):
        fields["player"] = f"<@{error.player}>"
    if isinstance(error, errors.SeveralScores):
        lines = ["- " + " · ".join(map(escape, score.split(" · "))) for score in error.scores]
        more = [f"- and {error.number - len(lines)} older"] if error.number > len(lines) else []
        fields["listed"] = "\n".join(lines + more)
    if isinstance(error, errors.EventUnknown | errors.UnknownTimeZone):
        fields["hint"] = f"Did you mean {fields['candidates']}?" if error.candidates else _ELSEWHERE[type(error)]
    if isinstance(error, errors.InvalidScore):
        fields |= _of_score(error, fields)
    if isinstance(error, errors.InvalidBound):
        fields["reason"] = _of_bound(error.reason)
    return _SENTENCES[type(error)].format(**fields)


def _weeks_of(error: LeaderboardError) -> dict[str, str]:
    """Return the weeks of an error as days; a week that an admin has to type also gets its number."""
    if isinstance(error, errors.SeasonOver):
        return {"current": name_week(Week.parse(error.current))}
    weeks = {name: value for name, value in vars(error).items() if name in _OF_WEEKS and value}
    if isinstance(error, errors.SeasonHasScores):
        weeks = {"first": error.first, "last": error.last}
    elif isinstance(error, errors.WeekNotBegun):
        weeks["current"] = error.current
    is_short = isinstance(error, errors.WeekClosedEarly)
    has_year = not is_short and not isinstance(error, errors.WeekNotOver)
    return {name: write_days(Week.parse(week), short=is_short, year=has_year) for name, week in weeks.items()}


def _numbers_of(error: LeaderboardError) -> dict[str, Any]:
    """Return the fields of the sentence that follow from a number, an instant or an id in the error."""
    if isinstance(error, errors.CooldownActive):
        # Discord shows whole seconds, and the player may submit once the shown one has come.
        return {"until": format_dt(datetime.fromtimestamp(ceil(error.until.timestamp()), UTC), "R")}
    if isinstance(error, errors.NotAllowed):
        return {"or_role": "" if error.admin_role is None else f" or <@&{error.admin_role}>"}
    if isinstance(error, errors.SeasonUnknown):
        return {"named_seasons": "only season 1" if error.seasons == 1 else f"seasons 1 to {error.seasons}"}
    return {"days": error.longest / MINUTES_A_DAY} if isinstance(error, errors.GraceTooLong) else {}


def write_refusal(told: str, ids: Mapping[str, int]) -> str:
    """Write a refusal: the sentence after its mark, with clickable commands; see `mention_commands`."""
    return f"{REFUSED} {mention_commands(told, ids)}"


def mention_commands(text: str, ids: Mapping[str, int]) -> str:
    """Return a sentence in which the commands are clickable.

    Args:
        text: a text with commands such as `/events`. These cannot come from users, whose text is escaped.
        ids: Discord's ids of the commands, by first word; other commands stay plain.
    """

    def mention(named: re.Match[str]) -> str:
        first = named[1].partition(" ")[0]
        return f"</{named[1]}:{ids[first]}>" if first in ids else named[0]

    return _COMMAND.sub(mention, text)


def _show(value: Any) -> Any:
    """Format the field of an error for its sentence.

    It escapes users' text, writes out times, and joins several names or scores as a choice.
    """
    if isinstance(value, errors.Rule):
        return _RULES[value]
    if isinstance(value, FileMistake):
        value = tell_mistake(value)
    if isinstance(value, datetime):
        return f"{format_dt(value, 'F')}, {format_dt(value, 'R')}"
    if isinstance(value, str):
        return escape_start(visible(value), LONGEST_REPEATED)
    if isinstance(value, tuple):
        return _choice([one.shown if isinstance(one, errors.Reading) else one for one in value])
    return value


def tell_mistake(mistake: FileMistake) -> str:
    """Say why a file is not an exported event; the text is not escaped."""
    reason = mistake.reason
    told = _FLAWS[reason].format(most=mistake.most) if isinstance(reason, Flaw) else sentence(reason)
    return f"{mistake.where}: {told}" if mistake.where else told


def _choice(names: Sequence[str]) -> str:
    shown = [f"**{escape(name)}**" for name in names[:MOST_NAMED]]
    if len(names) > len(shown):
        shown.append(f"{len(names) - len(shown):,} more")
    return " or ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _of_score(error: errors.InvalidScore, shown: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields for the sentence of a refused score, in addition to the error's own fields, `shown`."""
    nameless = "this event" if isinstance(error, errors.ScoreOutOfBounds) else "This event"
    fields = {"event": nameless if error.event is None else shown["event"]}
    if isinstance(error, errors.TimeNotNumber | errors.OtherUnit):
        fields["counted"] = "numbers" if error.unit is None else shown["unit"]
    if isinstance(error, errors.AmbiguousScore):
        fields["unit"] = "" if error.unit is None else f" {shown['unit']}"
        fields["texts"] = " or ".join(reading.text for reading in error.readings)
    if isinstance(error, errors.ScoreOutOfBounds):
        fields |= _of_range(error)
    return fields


def _of_range(error: errors.ScoreOutOfBounds) -> dict[str, str]:
    taken, what = write_range(error.taken, error.unit), "times" if error.is_time else "scores"
    fields = {"range": f"{what} of {taken}" if taken.endswith("or more") else f"{what} {taken}"}
    fields["low"], fields["high"] = ("short", "long") if error.is_time else ("low", "high")
    return fields


def _of_bound(reason: errors.InvalidScore) -> str:
    """Return the sentence for an invalid bound, which the admin can only answer by typing it again."""
    told = sentence(reason)
    if isinstance(reason, errors.AmbiguousScore):
        told = sentence(errors.ScoreUnclear(reason.typed, reason.readings, reason.unit, event=reason.event))
    return told
