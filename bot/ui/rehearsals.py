"""Show the effect of other rules on an event, and explain how scores were rated."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from discord import Color

from bot.domain.events import EventInfo, RulesChange
from bot.domain.fairness import REGULAR, SELDOM, TOP, Fairness, Group
from bot.domain.methods import middle_score, most_spreads, spread_of
from bot.domain.rehearsals import Moves, OtherLogarithm, Outcome, RankedPlayer, Rehearsal, WeekExplanation, Weighing
from bot.domain.rules import WEEKS_ADDED, Attendance, Method, Rules
from bot.domain.scores import ScoreDirection, ScoreFormat
from bot.domain.standings import Board
from bot.domain.text import shorten
from bot.ui.card import Card, Reply, labelled
from bot.ui.rules import halves_in_words, rules_in_words
from bot.ui.text import BEST, count_of, escape, escape_score, round_shown, write_days, write_elo

LONGEST_NAME = 20
NOBODY = "Nobody has a rank."
SHOWN_DIGITS = 4
Ruled = EventInfo | Outcome
"""Has a direction and rules."""
OPTIONS = {
    "method": "method",
    "uses_logarithm": "logarithm",
    "attendance": "attendance",
    "best_of": "best-of",
    "last_weeks": "last-weeks",
    "all_time_weight": "weight",
    "missed_week_elo": "missed-week",
    "min_weeks": "min-weeks",
    "min_field": "min-field",
}
"""The option of `/event rehearse` for each rule."""


def show_rehearsal(rehearsal: Rehearsal) -> Reply:
    """Show, to the admin only, what the proposed rules would change."""
    event, before, after = rehearsal.event, rehearsal.before, rehearsal.after
    title = f"Rehearsal · {escape(event.name)}"
    if not rehearsal.is_change:
        lines = [
            *_rules("Its rules, which would stay", event, before),
            *labelled(f"The {_on(rehearsal.board)} board", _names(before)),
        ]
        others = "try others: `method`, `attendance`, `weight`"
        weighs = Card("What weighs", tuple(_fairness(_weights(before, event))), color=Color.light_grey())
        return Reply([Card(title, tuple(lines), (others,), Color.blurple()), weighs], ephemeral=True)
    lines = [*_moves(rehearsal)]
    rows = [f"{one.rank} **{_name(one)}** · {write_elo(one.elo)} ({_was(one)})" for one in after.top]
    lines += labelled(f"Then, {_on(rehearsal.board)} (and now)", "\n".join(rows) or NOBODY)
    if not {one.player for one in before.top} <= {one.player for one in after.top}:
        lines += labelled(f"Now, {_on(rehearsal.board)}", _names(before))
    lines += [*_rules("Rules then", event, after, before), *_rules("Rules now", event, before, after)]
    if rehearsal.other_logarithm is not None:
        lines += _other_logarithm(rehearsal.other_logarithm)
    small = [
        *_without_effect(before.rules, after.rules),
        f"{count_of(rehearsal.weeks, 'closed week')} replayed; nothing is changed yet",
        f"to go back after Apply: {command_for(event, before, after)}",
    ]
    weighs = _weighs(_weights(before, event), _weights(after, event))
    return Reply([Card(title, tuple(lines), tuple(small), Color.blurple()), weighs], ephemeral=True)


def show_rules_change(change: RulesChange) -> Reply:
    """Show everyone the new rules of an event."""
    before, event = change.before, change.event
    lines = [*_rules("From now on", event, event, before), *_rules("Until now", event, before, event)]
    what = "All Elos are" if before.direction is event.direction else "All bests and Elos are"
    lines.append(f"{what} by the new rules, also those of closed weeks.")
    back = f"to go back: {command_for(event, before, event)}"
    return Reply([Card(f"{escape(event.name)} · new rules", tuple(lines), (back,), Color.gold())])


def show_explanation(explained: WeekExplanation) -> Reply:
    """Explain to one user how the scores of a closed week were rated; an admin also sees the factors besides skill."""
    title = f"{escape(explained.event.name)} · {write_days(explained.week)}"
    card = Card(title, tuple(_formula(explained)), color=Color.blurple())
    return Reply([card, *weighing_cards(explained.weighing)], ephemeral=True)


def weighing_cards(weighing: Weighing | None) -> list[Card]:
    """Tell an admin what weighs in an event besides skill, and tell other users nothing."""
    if weighing is None:
        return []
    fairness, event = weighing.fairness, weighing.event
    lines = ["So large an event is weighed by `/event rehearse` alone."]
    if fairness is not None:
        lines = [*_fairness(_factors(fairness, event, event.rules))]
    for_admins = "only admins see this part; other rules: /event rehearse"
    return [Card("What weighs in this event", tuple(lines), (for_admins,), Color.light_grey())]


def command_for(event: EventInfo, wanted: Ruled, over: Ruled) -> str:
    """Return the command that proposes the `wanted` rules for an event that has those of `over`."""
    changed = ((rule.name, getattr(wanted.rules, rule.name)) for rule in fields(Rules))
    options = [
        f"{OPTIONS[name]}:{'default' if value is None else value}"
        for name, value in changed
        if value != getattr(over.rules, name)
    ]
    if wanted.direction is not over.direction:
        options.append(f"direction:{wanted.direction}")
    return f"/event rehearse event:{escape(event.name)} {' '.join(options)}"


def _rules(label: str, event: EventInfo, ruled: Ruled, other: Ruled | None = None) -> tuple[str, str]:
    """Describe the rules of `ruled`, and its direction if that of `other` differs."""
    words = rules_in_words(ruled.rules) or "classic · all weeks count, missed ones too"
    if other is not None and ruled.direction is not other.direction:
        words = f"the {BEST[ruled.direction, event.style.format]} is best · {words}"
    return labelled(label, words)


def _without_effect(before: Rules, after: Rules) -> Iterator[str]:
    """Name the changed options that have no effect beside the other rules."""
    has_other_weeks = (before.best_of, before.last_weeks) != (after.best_of, after.last_weeks)
    if has_other_weeks and after.attendance is not Attendance.BEST:
        yield "no effect without `attendance:best`: `best-of`, `last-weeks`"
    if before.uses_logarithm != after.uses_logarithm and after.method is not Method.ROBUST:
        yield "no effect without `method:robust`: `logarithm`"


def _moves(rehearsal: Rehearsal) -> Iterator[str]:
    if not (rehearsal.before.players and rehearsal.after.players):
        yield "Nobody has a rank both now and then to compare. Other Elos may move."
    else:
        yield _moved(rehearsal.moves)
    for one in rehearsal.greatest:
        rank = f"#{one.rank:,}" if one.rank == one.other_rank else f"#{one.other_rank:,} → #{one.rank:,}"
        yield f"{_name(one)} {write_elo(one.other_elo)} → **{write_elo(one.elo)}** ({rank})"
    gained = rehearsal.after.players - rehearsal.before.players
    if gained:
        yield f"{count_of(abs(gained), 'player')} {'more' if gained > 0 else 'fewer'} would have a rank."


def _moved(moves: Moves) -> str:
    count = moves.risen + moves.fallen
    if not count:
        return "Nobody's Elo would move."
    whose = "1 player's Elo would move" if count == 1 else f"{count:,} players' Elos would move"
    return f"{whose}: {moves.risen:,} up, {moves.fallen:,} down, by **{moves.most:,}** at most."


def _on(board: Board) -> str:
    return "overall" if board is Board.OVERALL else "all-time"


def _was(one: RankedPlayer) -> str:
    return "no rank" if one.other_rank is None else f"#{one.other_rank:,} · {write_elo(one.other_elo)}"


def _names(outcome: Outcome) -> str:
    return " · ".join(f"{one.rank} {_name(one)}" for one in outcome.top) or NOBODY


def _name(one: RankedPlayer) -> str:
    return escape(shorten(one.player.name, LONGEST_NAME))


def _other_logarithm(other: OtherLogarithm) -> tuple[str, str]:
    uses_it = other.rules.uses_logarithm
    leader = "" if other.leader is None else f" {escape(shorten(other.leader.name, LONGEST_NAME))} would lead."
    return labelled(
        f"{'With' if uses_it else 'Without'} logarithms (logarithm:{uses_it})",
        f"{_moved(other.moves)} One absurd score would move others by **{other.absurd_moves:,}** at most.{leader}",
    )


def _weighs(before: Mapping[str, str], after: Mapping[str, str]) -> Card:
    """Tell each factor under both rules, once if it is the same."""
    told: dict[str, str] = {}
    for factor, now in before.items():
        is_same = now == after[factor]
        told |= {f"{factor}, as now": now} if is_same else {f"{factor} now": now, f"{factor} then": after[factor]}
    return Card("What would weigh", tuple(_fairness(told)), color=Color.light_grey())


def _weights(outcome: Outcome, event: EventInfo) -> dict[str, str]:
    return _factors(outcome.fairness, event, outcome.rules)


def _fairness(factors: Mapping[str, str]) -> Iterator[str]:
    for factor, told in factors.items():
        yield from labelled(factor, told)


def _factors(fairness: Fairness, event: EventInfo, rules: Rules) -> dict[str, str]:
    """Describe the factors besides skill, in a sentence or two each."""
    return {
        "Attendance": "\n".join(_attendance(fairness)),
        "One score": _one_score(fairness, event),
        "Newcomers": _newcomers(fairness, rules),
    }


def _attendance(fairness: Fairness) -> Iterator[str]:
    missed, regulars, seldom = fairness.missed_week, fairness.regulars, fairness.seldom
    if missed is None:
        yield "Nobody has a rank on the overall board yet."
    elif missed.after >= missed.elo:
        yield "Missing the next week would cost the leader nothing."
    else:
        cost, change = missed.elo - missed.after, f"{write_elo(missed.elo)} → {write_elo(missed.after)}"
        yield f"Missing the next week would cost the leader **{cost}**: {change}."
    if regulars is not None:
        yield _of_attendance(regulars, f"{100 * REGULAR:g} % or more")
    if seldom is not None:
        yield _of_attendance(seldom, f"less than {100 * SELDOM:g} %")


def _of_attendance(group: Group, part: str) -> str:
    return f"{count_of(group.players, 'player')} played {part} of their weeks: median **{write_elo(group.median)}**."


def _group(group: Group) -> str:
    return f"{count_of(group.players, 'player')}, median **{write_elo(group.median)}**"


def _one_score(fairness: Fairness, event: EventInfo) -> str:
    absurd = fairness.absurd
    if absurd is None:
        return "There are no scores yet."
    score = escape_score(round_shown(absurd.score, SHOWN_DIGITS), event.style)
    return f"An absurd one ({score}) would move others' all-time Elos by **{absurd.most_moved:,}** at most."


def _newcomers(fairness: Fairness, rules: Rules) -> str:
    newcomers, others = fairness.newcomers, fairness.others
    if others is None:
        kind = "closed" if rules.min_field == 1 else "rated"
        return f"Nobody with a rank has more than one {kind} week yet."
    if newcomers is None:
        after = f"; a rank takes {rules.min_weeks} closed weeks" if rules.min_weeks > 1 else ""
        return f"Nobody is ranked with one closed week only{after}."
    first = min(TOP, newcomers.players + others.players)
    have = "has" if fairness.newcomers_on_top == 1 else "have"
    return (
        f"**{fairness.newcomers_on_top}** of the first {first} {have} one closed week only. "
        f"All of these: {_group(newcomers)}; the others: {_group(others)}."
    )


def _formula(explained: WeekExplanation) -> Iterator[str]:
    """Give the numbers by which the scores of a week were rated."""
    rules, players = explained.rating.rules, count_of(explained.field.size, "player")
    if not explained.is_rated:
        yield f"{players} took part. A week of this event takes {rules.min_field:,}, so this one counts for nobody."
        return
    if explained.field.spread == 0 and rules.method is not Method.RANKS:
        how = "alone" if explained.field.size == 1 else "with the same score"
        yield f"{players} took part {how}: **{explained.rating.scale.base_elo}** by rule."
    else:
        yield f"{players} took part. {_middle(explained)}"
        yield _elo(explained)
    yield _weeks(explained)
    yield f"{halves_in_words(rules)}."


def _middle(explained: WeekExplanation) -> str:
    field, rules, style = explained.field, explained.rating.rules, explained.event.style
    if rules.method is Method.RANKS:
        return "Their order counts, not by how much one beats another."
    middle, spread = middle_score(field, rules), spread_of(field, rules)
    shown, spread_shown = (escape_score(round_shown(value, SHOWN_DIGITS), style) for value in (middle, spread))
    if rules.rates_logarithms:
        return f"The score in the middle is **{shown}**; a spread, the usual distance, is a factor of **{spread:.3g}**."
    what = "The mean" if rules.method is Method.CLASSIC else "The score in the middle"
    return f"{what} is **{shown}**; a spread, the usual distance, is **{spread_shown}**."


def _elo(explained: WeekExplanation) -> str:
    scale, rules = explained.rating.scale, explained.rating.rules
    points = f"{scale.elo_per_sigma:g}"
    if rules.method is Method.RANKS:
        return f"Beating half of the others gives **{scale.base_elo}**, beating 84 % of them **{points}** more."
    what = "the mean" if rules.method is Method.CLASSIC else "the middle"
    greater, smaller = ("longer", "shorter") if explained.event.style.format is ScoreFormat.TIME else ("above", "below")
    is_high = explained.rating.direction is ScoreDirection.HIGH
    better, worse = (greater, smaller) if is_high else (smaller, greater)
    bound = f", at most {most_spreads(explained.field.size):.3g} spreads" if rules.method is Method.ROBUST else ""
    return (
        f"Elo: **{scale.base_elo}** at {what}, **{points}** more for each spread {better}, "
        f"less for each {worse}{bound}."
    )


def _weeks(explained: WeekExplanation) -> str:
    rules = explained.rating.rules
    if rules.attendance is Attendance.PLAYED:
        return f"Weekly average: the weeks played, and {WEEKS_ADDED} average ones."
    missed = f"a missed week counts {write_elo(explained.rating.missed_week_elo)}"
    if rules.attendance is Attendance.BEST:
        return f"Weekly average: the best {rules.best_of} of the last {rules.last_weeks} weeks; {missed}."
    return f"Weekly average: all weeks from the first on; {missed}."
