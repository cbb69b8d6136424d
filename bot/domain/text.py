"""Clean text from users, and compare names ignoring case.

Some invisible characters form emoji or letters with those around them: joiners in families and in Persian, Hindi and
Sinhala words, variation selectors, and the tags in the flag of England. They stay where they have this effect.
Elsewhere they are removed, because they would only make two names look the same.
"""

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import regex

from bot.errors import InvalidProof, Named, NameInvisible, NameTooLong, UnitBeginsWithDigit

MAX_EVENT_NAME = 100
MAX_UNIT = 16
MAX_DISPLAY_NAME = 64
MAX_PROOF = 500
"""Discord's URL of a file with a long name has about 450 characters."""
MAX_REASON = 300
MOST_MARKS = 4
"""The most combining marks on a letter."""
MOST_REMEMBERED = 5_000
"""How many names each cleaning function caches; most submissions repeat earlier names."""

_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Variation selectors: they change the appearance of the character before them."""
_TAGS = r"\U000e0020-\U000e007f"
_JOINERS = r"\u200c\u200d"
_FILLERS = r"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Characters that Unicode counts as letters, symbols or marks, but that are invisible."""

_EMOJI = r"\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff]?"
_REGIONS = ("".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls"))
_FLAG = rf"\U0001f3f4(?:{'|'.join(_REGIONS)})\U000e007f"
"""The flags of England, Scotland and Wales. Other tags show a plain black flag, so names with them would look the
same."""
_MAKES_SOMETHING = "|".join(
    (
        _FLAG,
        rf"(?<={_EMOJI})\u200d(?=\p{{Extended_Pictographic}})",
        # A virama joins letters; a joiner before or after it controls how they join.
        rf"(?<=\p{{ccc=9}})[{_JOINERS}]",
        rf"(?<=\p{{L}})[{_JOINERS}](?=\p{{ccc=9}})",
        # A non-joiner separates two letters that would join; a joiner gives a letter its joined form (RFC 5892,
        # appendix A).
        r"(?<=[\p{jt=L}\p{jt=D}]\p{jt=T}{0,4})\u200c(?=\p{jt=T}{0,4}[\p{jt=R}\p{jt=D}])",
        r"(?<=[\p{jt=L}\p{jt=D}]\p{jt=T}{0,4})\u200d(?!\p{jt=T}{0,4}[\p{jt=R}\p{jt=D}])",
        r"(?<=\p{Emoji})[\ufe0e\ufe0f](?=\u20e3)",
        r"(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]",
        r"(?<=\p{Script=Mongolian})[\u180b-\u180d\u180f]",
        r"(?<=\p{Script=Han})[\ufe00-\ufe02\U000e0100-\U000e01ef]",
        r"(?<=[\p{Script=Myanmar}\p{Script=Phags_Pa}])\ufe00",
    )
)
_UNSEEN = regex.compile(rf"[{_FILLERS}]|(?![{_JOINERS}{_TAGS}])\p{{C}}")
_MAKERS = regex.compile(rf"({_MAKES_SOMETHING})|[{_JOINERS}{_TAGS}{_SELECTORS}]")
_STACK = regex.compile(rf"((?:[\p{{Mn}}\p{{Me}}][{_JOINERS}]?+){{{MOST_MARKS}}})[\p{{Mn}}\p{{Me}}{_JOINERS}]+")
_NOT_IN_KEYS = regex.compile(rf"[{_JOINERS}{_SELECTORS}]")
_CLUSTER = regex.compile(r"\X(?:(?<=\p{ccc=9}\u200d?)(?=\p{L})\X)*")
"""A sequence that is seen as one character. Beyond Unicode's grapheme clusters, it keeps letters joined by a virama
together."""


def visible(text: str) -> str:
    """Return the visible part of a text, with the characters that form emoji and letters, normalised (NFC).

    At most `MOST_MARKS` marks stay on a letter, because more would cover its neighbours. White space is collapsed.
    """
    if text.isascii() and text.isprintable():
        # Most names are plain ASCII and need no more.
        return " ".join(text.split())
    while (cleaned := _clean(text)) != text:
        # A removed character may have separated characters that now form a unit, so clean again.
        text = cleaned
    return text


@lru_cache(MOST_REMEMBERED)
def name_key(name: str) -> str:
    """Return the key that equal names share: the visible text, case folded; empty if nothing is visible.

    Of the invisible characters, only the tags of flags distinguish names. A Persian name typed without its joiners is
    therefore found, and names never differ in barely visible ways only.
    """
    seen = visible(name)
    bare = seen if seen.isascii() else visible(_NOT_IN_KEYS.sub("", seen))
    return unicodedata.normalize("NFC", bare.casefold())


def shorten(text: str, longest: int) -> str:
    """Return the beginning of a text, at most `longest` characters, without cutting an emoji or a letter with marks."""
    if len(text) <= longest:
        return text
    end = 0
    for cluster in _CLUSTER.finditer(text):
        if cluster.end() > longest:
            break
        end = cluster.end()
    # The first cluster alone may be too long.
    return visible(text[: end or longest])


def clean_event_name(text: str) -> str:
    """Return the name to store for an event, 1 to 100 characters.

    Raises:
        InvalidName: the name has no visible character, or is too long.
    """
    return _bounded(text, MAX_EVENT_NAME, Named.EVENT)


def clean_unit(text: str) -> str:
    """Return the unit to store for an event, 1 to 16 characters.

    Raises:
        InvalidName: the unit has no visible character, is too long, or begins with a digit.
    """
    unit = _bounded(text, MAX_UNIT, Named.UNIT)
    if unit[0].isdigit():
        raise UnitBeginsWithDigit(Named.UNIT)
    return unit


@lru_cache(MOST_REMEMBERED)
def clean_display_name(text: str) -> str:
    """Return the name to store for a player: at most 64 characters, never empty."""
    name = shorten(visible(text), MAX_DISPLAY_NAME).strip()
    return name if name_key(name) else "(no name)"


def clean_proof(text: str | None) -> str | None:
    """Return the link to store as proof of a score; None if the user gave none.

    Raises:
        InvalidProof: the text is not a link to a web page, or is too long.
    """
    if text is None or not text.strip():
        return None
    link = text.strip()
    try:
        parts = urlsplit(link)
        valid = parts.scheme in ("http", "https") and parts.hostname is not None
    except ValueError:
        valid = False
    if not valid or len(link) > MAX_PROOF or visible(link) != link or any(c in link for c in "<> "):
        raise InvalidProof(MAX_PROOF)
    return link


def clean_reason(text: str | None) -> str | None:
    """Return the reason to store for an admin's action, shortened if necessary; None if the admin gave none."""
    return shorten(visible(text or ""), MAX_REASON).strip() or None


def _clean(text: str) -> str:
    seen = unicodedata.normalize("NFC", _UNSEEN.sub("", " ".join(text.split())))
    return _STACK.sub(r"\1", _MAKERS.sub(r"\1", seen))


def _bounded(text: str, longest: int, named: Named) -> str:
    cleaned = visible(text)
    if not name_key(cleaned):
        raise NameInvisible(named)
    if len(cleaned) > longest:
        raise NameTooLong(named, longest, len(cleaned))
    return cleaned
