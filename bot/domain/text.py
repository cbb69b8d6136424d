"""Text that users typed: cleaned before it is stored, compared without regard to case."""

import unicodedata
from urllib.parse import urlsplit

from bot.errors import InvalidName, InvalidProof

MAX_EVENT_NAME = 100
MAX_UNIT = 16
MAX_DISPLAY_NAME = 64
MAX_PROOF = 300
MAX_REASON = 300


def visible(text: str) -> str:
    """Drop control and format characters, fold white space to single spaces, normalise what is left (NFC)."""
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFC", " ".join(kept.split()))


def name_key(name: str) -> str:
    """Return what two names must share to be the same name: visible text, case folded."""
    return unicodedata.normalize("NFC", visible(name).casefold())


def clean_event_name(text: str) -> str:
    """Return the name to store for an event, 1 to 100 characters.

    Raises:
        InvalidName: nothing visible is left, or it is too long.
    """
    return _bounded(text, MAX_EVENT_NAME, "An event's name")


def clean_unit(text: str) -> str:
    """Return the unit to store for an event, 1 to 16 characters.

    Raises:
        InvalidName: nothing visible is left, or it is too long.
    """
    return _bounded(text, MAX_UNIT, "A unit")


def clean_display_name(text: str) -> str:
    """Return the name to store for a player: cut to 64 characters, never empty."""
    return visible(text)[:MAX_DISPLAY_NAME].strip() or "(no name)"


def clean_proof(text: str | None) -> str | None:
    """Return the link to store as proof of a score, or None where none was given.

    Raises:
        InvalidProof: not a link to a web page, or longer than 300 characters.
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
        raise InvalidProof(f"The proof must be a link such as https://example.com/run, at most {MAX_PROOF} characters.")
    return link


def clean_reason(text: str | None) -> str | None:
    """Return why an admin did something as it is stored: cut to 300 characters, None where nothing is said."""
    return visible(text or "")[:MAX_REASON].strip() or None


def _bounded(text: str, longest: int, what: str) -> str:
    cleaned = visible(text)
    if not cleaned:
        raise InvalidName(f"{what} needs at least one visible character.")
    if len(cleaned) > longest:
        raise InvalidName(f"{what} can have {longest} characters at the most; this has {len(cleaned)}.")
    return cleaned
