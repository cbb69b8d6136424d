"""Many texts that are to be refused, and which of them are not."""

from collections.abc import Callable, Iterable

from bot.errors import LeaderboardError


def taken(read: Callable[[str], object], texts: Iterable[str], error: type[LeaderboardError]) -> list[str]:
    """Those of some texts that are read, each with what becomes of it."""
    found = []
    for text in texts:
        try:
            found.append(f"{text!r} is {read(text)!r}")
        except error:
            continue
    return found


def outcome(read: Callable[[str], float], text: str) -> float | tuple[object, ...]:
    """What becomes of a text: what it is read as, or the class of its refusal and that one's fields."""
    try:
        return read(text)
    except LeaderboardError as refusal:
        return (type(refusal), *vars(refusal).values())
