"""User text on its way into a message."""

import re

_MARKDOWN = re.compile(r"([\\`*_~|<>\[\]()#@+-])|(?<=:)(/)")


def escape(text: str) -> str:
    """Return text that Discord shows as it is: no markdown, no mentions, no links."""
    return _MARKDOWN.sub(lambda match: "\\" + match[0], text)
