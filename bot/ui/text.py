"""Write text into messages."""

import re

# The first and the last part match what begins a list, a heading or small print at the start of a line.
_MARKDOWN = re.compile(r"(^\d+)(?=\. )|[\\`*_~|<>\[\]@]|(?<=:)/|^[#+-]")


def escape(text: str) -> str:
    """Escape one line of text, so that Discord shows it as it is: no markdown, no mentions, no links."""
    return _MARKDOWN.sub(lambda match: f"{match[1]}\\" if match[1] else f"\\{match[0]}", text)


def count_of(count: int, noun: str) -> str:
    """Write a number of things, such as "1 player" or "1,200 players"."""
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
