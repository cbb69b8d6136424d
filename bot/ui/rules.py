"""Describe the rules of an event."""

from bot.domain.rules import DEFAULT_RULES, Attendance, Method, Rules
from bot.ui.text import write_elo

HALF = 0.5


def rules_in_words(rules: Rules) -> str | None:
    """Describe how rules differ from the default ones, such as `ranks · weeks played`; None if they do not."""
    words = [
        *([] if rules.method is Method.CLASSIC else [_method(rules)]),
        *([] if rules.attendance is Attendance.ZERO else [_attendance(rules)]),
    ]
    if rules.all_time_weight != DEFAULT_RULES.all_time_weight:
        words.append(f"all-time best {write_share(rules.all_time_weight)}")
    if rules.missed_week_elo is not None and rules.attendance is not Attendance.PLAYED:
        words.append(f"a missed week counts {write_elo(rules.missed_week_elo)}")
    if rules.min_weeks > 1:
        words.append(f"ranked after {rules.min_weeks} weeks")
    if rules.min_field > 1:
        words.append(f"weeks of {rules.min_field:,} players or more")
    return " · ".join(words) or None


def halves_in_words(rules: Rules) -> str:
    """Describe how an event Elo is made up."""
    weight = rules.all_time_weight
    return f"Elo: {write_share(weight)} best, {write_share(1 - weight)} weekly average"


def first_week_in_words(rules: Rules) -> str:
    """Describe the first week that gives its players an event Elo: closed, and with as many players as it takes."""
    return "a first closed week" + (f" of {rules.min_field:,} players or more" if rules.min_field > 1 else "")


def write_share(weight: float) -> str:
    """Write the share of a part in an event Elo: "half", or "60 %"."""
    return "half" if weight == HALF else f"{100 * weight:g} %"


def _method(rules: Rules) -> str:
    return f"{rules.method} (logarithms)" if rules.rates_logarithms else rules.method.value


def _attendance(rules: Rules) -> str:
    if rules.attendance is Attendance.PLAYED:
        return "weeks played"
    return f"best {rules.best_of} of {rules.last_weeks} weeks"
