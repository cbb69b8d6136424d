"""Clean text that users typed, and compare names without regard to case."""

import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from bot.errors import InvalidProof, Named, NameInvisible, NameTooLong

MAX_EVENT_NAME = 100
MAX_UNIT = 16
MAX_DISPLAY_NAME = 64
MAX_PROOF = 300
MAX_REASON = 300
MOST_REMEMBERED = 5_000
"""The number of names in the cache of each cleaning function; most submissions repeat the names of earlier ones."""

_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that Unicode counts as letters, symbols or marks, but that nobody can see."""
_SELECTORS = frozenset(map(chr, (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Variation selectors: they change how the character before them looks, as in many emoji."""


def visible(text: str) -> str:
    """Remove control characters, format characters and fillers; collapse white space; normalise the rest (NFC)."""
    if text.isascii() and text.isprintable():
        # Most names take this short way.
        return " ".join(text.split())
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or _can_be_seen(c))
    return unicodedata.normalize("NFC", " ".join(kept.split()))


@lru_cache(MOST_REMEMBERED)
def name_key(name: str) -> str:
    """Return the key that equal names share: the visible text, case folded; empty if nothing is visible."""
    seen = visible(name if name.isascii() else "".join(c for c in name if c not in _SELECTORS))
    return unicodedata.normalize("NFC", seen.casefold())


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
    name = visible(text)[:MAX_DISPLAY_NAME].strip()
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
    return visible(text or "")[:MAX_REASON].strip() or None


def _can_be_seen(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in _FILLERS


def _bounded(text: str, longest: int, named: Named) -> str:
    cleaned = visible(text)
    if not name_key(cleaned):
        raise NameInvisible(named)
    if len(cleaned) > longest:
        raise NameTooLong(named, longest, len(cleaned))
    return cleaned
