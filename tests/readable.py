"""What a text of a message says, whatever it looks like."""

MARKS = ("### ", "-# ")
"""Of headings and small print."""


def readable(text: str) -> str:
    """Return a text without the marks that change how a line looks."""
    lines = text.split("\n")
    for mark in MARKS:
        lines = [line.removeprefix(mark) for line in lines]
    return "\n".join(lines)
