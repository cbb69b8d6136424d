"""Check texts that must be refused, and find those that are not."""

from collections.abc import Callable, Iterable

from bot.errors import LeaderboardError


def taken(read: Callable[[str], object], texts: Iterable[str], error: type[LeaderboardError]) -> list[str]:
    """Return the texts that are accepted, each with its reading."""
    found = []
    for text in texts:
        try:
            found.append(f"{text!r} is {read(text)!r}")
        except error:
            continue
    return found


def outcome(read: Callable[[str], float], text: str) -> float | tuple[object, ...]:
    """Return the outcome of a text: its reading, or the class and the fields of its refusal."""
    try:
        return read(text)
    except LeaderboardError as refusal:
        return (type(refusal), *vars(refusal).values())
