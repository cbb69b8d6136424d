"""User text on its way into a message."""

import re

# At the start of a line also what makes it a heading, a list or small print.
_MARKDOWN = re.compile(r"(^\d+)(?=\. )|[\\`*_~|<>\[\]@]|(?<=:)/|^[#+-]")


def escape(text: str) -> str:
    """Return text, of one line, that Discord shows as it is: no markdown, no mentions, no links."""
    return _MARKDOWN.sub(lambda match: f"{match[1]}\\" if match[1] else f"\\{match[0]}", text)
