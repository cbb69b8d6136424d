"""Extract the readable text of a message."""

MARKS = ("### ", "-# ")
"""The marks of headings and small print."""


def readable(text: str) -> str:
    """Return a text without the marks that change how a line looks."""
    lines = text.split("\n")
    for mark in MARKS:
        lines = [line.removeprefix(mark) for line in lines]
    return "\n".join(lines)
