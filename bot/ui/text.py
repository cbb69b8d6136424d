"""Write text into messages.

Text from users is escaped, so that it formats and pings nothing, and isolated, so that right-to-left letters do not
move what surrounds them: otherwise the score after a Hebrew name would appear before it.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from math import floor, log10

import regex

from bot.domain.scores import ScoreDirection, ScoreFormat, ScoreStyle
from bot.domain.servers import is_former
from bot.domain.text import shorten
from bot.domain.weeks import Week
from bot.errors import Range

# The first and the last part match the beginning of a list, a heading or small print at the start of a line.
_MARKDOWN = re.compile(r"(^\d+)(?=\. )|[\\`*_~|<>\[\]@]|(?<=:)/|^[#+-]")
_RIGHT_TO_LEFT = regex.compile(r"[\p{Bidi_Class=R}\p{Bidi_Class=AL}\p{Bidi_Class=AN}]")
FIRST_STRONG_ISOLATE, POP_ISOLATE = "\u2068", "\u2069"
_CLUSTER = regex.compile(r"\X")
_PLAIN = re.compile("[ -\u02ff\u2010-\u2027\u2190-\u21ff]*")
"""Matches Latin text with punctuation and arrows, in which each character is a separate cluster."""
LINE_WIDTH = 26.0
"""How wide the text of a row may be, in average letters, to fit a line of a phone together with its separators."""
CUT_WIDTH = 1.5
"""The width of the mark of a cut text, in average letters."""
LEAST_NAME_WIDTH = 4.0
"""If less than this of a name would fit, the rest of its line is so long that the line breaks in any case."""
SMALL_WIDTH = 37.0
"""How many average letters of small print fit a line of a phone."""
_SCRIPTS = (("\u1800", 1.0), ("\u1000", 1.4), ("\u0e00", 1.15), ("\u0b80", 1.8), ("\u0900", 1.4), ("\u0370", 1.15))
"""From which character on letters have which width, the last ones first: from Burmese, Thai, Tamil, Hindi and Greek."""
_BROAD = {
    **dict.fromkeys("MWmw@%—ÆŒæœΜφψωώЖЊЉМФШЩЫЮжљмњфшщыюسشصضےฌญฒณ", 2.0),
    **dict.fromkeys("אחםמסשתطظ", 1.4),
    **dict.fromkeys(map(chr, range(0xFDF0, 0xFDFD)), 2.4),
    "﷽": 9.0,
}
"""The widths of unusually broad letters, including the Arabic ones that are whole words."""
LONGEST_NAME = 32
"""Discord names have at most 32 characters; imported names may be longer and are cut where a message has many."""
MOST_WEEKS = 100
"""How many weeks `write_days` caches; most messages are about the current one."""
MOST_CLUSTERS = 1_000
"""How many widths of clusters are cached; most names consist of a few different letters."""
UNBROKEN = "\u00a0"
"""A space without a line break."""
BEST = {
    (ScoreDirection.HIGH, ScoreFormat.NUMBER): "highest score",
    (ScoreDirection.LOW, ScoreFormat.NUMBER): "lowest score",
    (ScoreDirection.HIGH, ScoreFormat.TIME): "longest time",
    (ScoreDirection.LOW, ScoreFormat.TIME): "fastest time",
}
"""What is best in an event."""
_EMOJI_SELECTOR = "\ufe0f"
_ESCAPED = re.compile(r"\\(.)|[\u2068\u2069]")


def escape(text: str) -> str:
    """Write one line of a user's text so that Discord shows it literally: no markdown, no mentions, no links."""
    return isolate(_MARKDOWN.sub(lambda match: f"{match[1]}\\" if match[1] else f"\\{match[0]}", text))


def round_shown(value: float, digits: int = 6) -> float:
    """Round a number to the given digits, but keep its whole part."""
    decimals = digits - 1 - floor(log10(abs(value))) if value else 0
    return round(value, max(decimals, 0))


def mention(admin_id: int) -> str:
    """Name an admin, given by Discord's id, as a mention that Discord shows as a name."""
    return "a former admin" if is_former(admin_id) else f"<@{admin_id}>"


def escape_start(text: str, longest: int) -> str:
    """Write as much of a user's text as fits, escaped as by `escape`; a cut text ends in `…`."""
    return escape(text if len(text) <= longest else f"{shorten(text, longest)}…")


def isolate(text: str, longest: int | None = None) -> str:
    """Write a user's text for places without markdown: choices, footers and buttons.

    Text without right-to-left characters moves nothing, and stays as it is.

    Args:
        text: the text, whose own directional characters cleaning has removed.
        longest: the most characters; None for no limit.
    """
    # While `regex` searches, other threads may take the interpreter, which makes short searches long.
    if text.isascii() or not _RIGHT_TO_LEFT.search(text):
        return text if longest is None else shorten(text, longest)
    room = text if longest is None else shorten(text, longest - len(FIRST_STRONG_ISOLATE + POP_ISOLATE))
    return f"{FIRST_STRONG_ISOLATE}{room}{POP_ISOLATE}"


def narrow(text: str, width: float) -> str:
    """Return as much of a text as fits a width in average letters, at least one cluster; a cut text ends in `…`.

    The widths of letters approximate clients' bold type: East Asian letters and emoji are twice as wide as most, or
    more; capitals and the letters of most scripts but Latin are a little wider.
    """
    clusters = _clusters(text)
    widths = [*map(_width, clusters)]
    if sum(widths) <= width:
        return text
    taken, left = 1, width - CUT_WIDTH - widths[0]
    while taken < len(clusters) and left >= widths[taken]:
        left -= widths[taken]
        taken += 1
    return text if taken == len(clusters) else f"{''.join(clusters[:taken]).rstrip()}…"


def escape_beside(name: str, rest: str, width: float = LINE_WIDTH) -> str:
    """Shorten a user's name so that it and `rest` fit one line of a phone.

    If too little of the name would remain, give the name a line of its own.
    """
    left = width - sum(map(_width, _clusters(rest)))
    return escape(narrow(name, left if left >= LEAST_NAME_WIDTH else width))


def _clusters(text: str) -> list[str]:
    return list(text) if _PLAIN.fullmatch(text) else _CLUSTER.findall(text)


@lru_cache(MOST_CLUSTERS)
def _width(cluster: str) -> float:
    if "\U0001f000" <= cluster[0] < "\U00020000" or _EMOJI_SELECTOR in cluster:
        return 2.4
    if unicodedata.east_asian_width(cluster[0]) in ("W", "F"):
        return 2.0
    return sum(map(_width_of_character, cluster))


def _width_of_character(character: str) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return 0.0
    if category == "Mc":
        return 0.6
    if character in _BROAD:
        return _BROAD[character]
    if category == "So":
        return 2.0
    return 1.5 if character.isupper() else next((width for first, width in _SCRIPTS if character >= first), 1.0)


def escape_score(score: float, style: ScoreStyle) -> str:
    """Write a score as `style` shows it; the unit is isolated, so it stays after the number."""
    return _with_unit(score, style, escape)


def isolate_score(score: float, style: ScoreStyle) -> str:
    """Write a score for places without markdown."""
    return _with_unit(score, style, isolate)


def count_of(count: int, noun: str) -> str:
    """Write a count with its noun, such as "1 player" or "1,200 players"."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"


def write_page(page: int, pages: int) -> list[str]:
    """Write which page of a list is shown, from 0; nothing if the list has one page."""
    return [f"page {page + 1:,} of {pages:,}"] if pages > 1 else []


def write_elo(elo: int | None) -> str:
    """Write an Elo without commas; "–" if there is none."""
    return "–" if elo is None else str(elo).replace("-", "−")


def write_sum(elos: int) -> str:
    """Write a sum of Elos with commas."""
    return f"{elos:,}".replace("-", "−")


@lru_cache(MOST_WEEKS)
def write_days(week: Week, *, short: bool = False, year: bool = False) -> str:
    """Write a week as its days, such as "23–29 November"; `year` adds the year.

    Names of months are short if `short`, or if there are two: "30 Nov – 6 Dec" fits a line of a phone.
    """
    first, last = week.monday, week.monday + timedelta(days=6)
    if first.month != last.month:
        days = f"{first.day} {first:%b} – {last.day} {last:%b}"
    else:
        days = f"{first.day}–{last.day} {last:%b}" if short else f"{first.day}–{last.day} {last:%B}"
    return f"{days} {last.year}" if year else days


def write_range(taken: Range, unit: str | None) -> str:
    """Write the scores that an event takes, such as "from 1 to 9 points", "10s or more" or "above 0"."""
    low, high, behind = taken.least, taken.greatest, "" if unit is None else f" {escape(unit)}"
    if high is None:
        return f"{low}{behind} or more" if taken.takes_least else f"above {low}{behind}"
    if low is None:
        return f"up to {high}{behind}" if taken.takes_greatest else f"below {high}{behind}"
    if taken.takes_least and taken.takes_greatest:
        return f"from {low} to {high}{behind}"
    begin, end = "from" if taken.takes_least else "above", "up to" if taken.takes_greatest else "and below"
    return f"{begin} {low} {end} {high}{behind}"


def name_week(week: Week) -> str:
    """Name a week in a list of choices, such as "16–22 November 2026 (2026-W47)"."""
    return f"{write_days(week, year=True)} ({week})"


def unescape(text: str) -> str:
    """Return the text of a line that `escape` has escaped."""
    return _ESCAPED.sub(r"\1", text)


def _with_unit(score: float, style: ScoreStyle, write: Callable[[str], str]) -> str:
    bare = style.bare(score)
    return bare if style.unit is None else f"{bare} {write(style.unit)}"
