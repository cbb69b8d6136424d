"""Clean text that users typed, and compare names without regard to case.

Some characters cannot be seen by themselves, but make an emoji or a letter of those around them: joiners in families
and in Persian, Hindi and Sinhala words, variation selectors, and the tags that make a flag of England. They stay where
they do. Everywhere else they would only make two names that look the same.
"""

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

import regex

from bot.errors import InvalidProof, Named, NameInvisible, NameTooLong

MAX_EVENT_NAME = 100
MAX_UNIT = 16
MAX_DISPLAY_NAME = 64
MAX_PROOF = 300
MAX_REASON = 300
MOST_MARKS = 4
"""How many combining marks a letter may carry."""
MOST_REMEMBERED = 5_000
"""The number of names in the cache of each cleaning function; most submissions repeat the names of earlier ones."""

_SELECTORS = r"\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
"""Variation selectors: they change how the character before them looks."""
_TAGS = r"\U000e0020-\U000e007f"
_JOINERS = r"\u200c\u200d"
_FILLERS = r"\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Characters that Unicode counts as letters, symbols or marks, but that nobody can see."""

_EMOJI = r"\p{Extended_Pictographic}[\ufe0f\U0001f3fb-\U0001f3ff]?"
_REGIONS = ("".join(chr(0xE0000 + ord(letter)) for letter in region) for region in ("gbeng", "gbsct", "gbwls"))
_FLAG = rf"\U0001f3f4(?:{'|'.join(_REGIONS)})\U000e007f"
"""England, Scotland and Wales. Other tags are shown as a plain black flag, and would make names that look the same."""
_MAKES_SOMETHING = "|".join(
    (
        _FLAG,
        rf"(?<={_EMOJI})\u200d(?=\p{{Extended_Pictographic}})",
        # A virama joins letters, and a joiner behind or before it says how, or that it does not.
        rf"(?<=\p{{ccc=9}})[{_JOINERS}]",
        rf"(?<=\p{{L}})[{_JOINERS}](?=\p{{ccc=9}})",
        # Two letters that would join are kept apart; a letter is joined to nothing (RFC 5892, appendix A).
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
"""What is seen as one character. Beyond Unicode's grapheme clusters, letters that a virama joins stay together."""


def visible(text: str) -> str:
    """Return what can be seen of a text, and what makes an emoji or a letter of it, normalised (NFC).

    Of the marks that are stacked on a letter four stay; more would paint over its neighbours. White space is collapsed.
    """
    if text.isascii() and text.isprintable():
        # Most names take this short way.
        return " ".join(text.split())
    while (cleaned := _clean(text)) != text:
        # What has gone may have stood between what now belongs together.
        text = cleaned
    return text


@lru_cache(MOST_REMEMBERED)
def name_key(name: str) -> str:
    """Return the key that equal names share: the visible text, case folded; empty if nothing is visible.

    Of what cannot be seen by itself only the tags of flags tell names apart. So who types a Persian name without its
    joiners finds it, and no name differs from another by what is hardly seen.
    """
    seen = visible(name)
    bare = seen if seen.isascii() else visible(_NOT_IN_KEYS.sub("", seen))
    return unicodedata.normalize("NFC", bare.casefold())


def shorten(text: str, longest: int) -> str:
    """Return as much of a text as `longest` characters hold, without half an emoji, or a letter without its marks."""
    if len(text) <= longest:
        return text
    end = 0
    for cluster in _CLUSTER.finditer(text):
        if cluster.end() > longest:
            break
        end = cluster.end()
    # A cluster may itself be too long.
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
        InvalidName: the unit has no visible character, or is too long.
    """
    return _bounded(text, MAX_UNIT, Named.UNIT)


@lru_cache(MOST_REMEMBERED)
def clean_display_name(text: str) -> str:
    """Return the name to store for a player: at most 64 characters, never empty."""
    name = shorten(visible(text), MAX_DISPLAY_NAME).strip()
    return name if name_key(name) else "(no name)"


def clean_proof(text: str | None) -> str | None:
    """Return the link to store as proof of a score; None if the user gave none.

    Raises:
        InvalidProof: the text is no link to a web page, or has more than 300 characters.
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
    """Return the reason to store for what an admin did: at most 300 characters; None if the admin gave none."""
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
