"""Many texts that are to be refused, and which of them are not."""

from collections.abc import Callable, Iterable

from bot.errors import LeaderboardError


def taken(
    read: Callable[[str], object], texts: Iterable[str], error: type[LeaderboardError], sentence: str = ""
) -> list[str]:
    """Those of some texts that are read, or refused in other words, each with what becomes of it."""
    found = []
    for text in texts:
        try:
            found.append(f"{text!r} is {read(text)!r}")
        except error as refusal:
            if sentence not in str(refusal):
                found.append(f"{text!r}: {refusal}")
    return found
