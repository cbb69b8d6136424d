"""What the log shows and hides."""

from __future__ import annotations

import json
import logging

import pytest

from bot.logs import JsonFormatter, TextFormatter

TOKEN = "a-token.of-Discord"

SECRETS = {
    "PATCH https://discord.com/api/v10/webhooks/123/aW50ZXJh/messages/@original": "aW50ZXJh",
    "POST https://discord.com/api/v10/interactions/123/aW50ZXJh/callback?with_response=1": "aW50ZXJh",
    "https://discord.com/api/webhooks/123/aW50ZXJh": "aW50ZXJh",
    "{'t': 'INTERACTION_CREATE', 'd': {'token': 'aW50ZXJh', 'id': '1'}}": "aW50ZXJh",
    '{"t": "INTERACTION_CREATE", "d": {"token":"aW50ZXJh"}}': "aW50ZXJh",
    f"Authorization: Bot {TOKEN}": TOKEN,
    "redis://:hunter2@redis.example:6379/0 does not answer": "hunter2",
    "postgresql://bot:hunter2@db.example/scores": "hunter2",
    "redis://redis.example:6379/0?protocol=3&password=hunter2 does not answer": "hunter2",
    "postgresql://db.example/scores?password=hunter2&sslmode=require": "hunter2",
    "postgresql://db.example/scores?sslpassword=hunter2": "hunter2",
    "duplicate key\nDETAIL:  Key (name_key)=(what users type) already exists.": "what users type",
    "invalid input for query argument $2: 'what users type' (an integer is required)": "what users type",
}


def record(message: str, *, error: Exception | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord("bot.main", logging.ERROR, __file__, 1, "%s", (message,), info)


@pytest.mark.parametrize("formatter", [TextFormatter([TOKEN]), JsonFormatter([TOKEN])], ids=["text", "json"])
def test_no_secret_is_shown_whether_in_a_message_or_in_a_traceback(formatter: logging.Formatter) -> None:
    for message, secret in SECRETS.items():
        try:
            raise ValueError(message)
        except ValueError as raised:
            shown = formatter.format(record(message, error=raised))
        assert secret not in shown, message
        assert shown.count("[hidden]") >= 2, message


def test_what_is_no_secret_is_shown() -> None:
    told = "/webhooks/123 at https://host:443/a@b, token of 5 servers, see https://discord.com/developers"
    assert TextFormatter([]).format(record(told)).endswith(f"ERROR    bot.main: {told}")


def test_a_document_holds_the_whole_entry_in_one_line() -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError as raised:
        line = JsonFormatter([]).format(record("says “ä”\nand more", error=raised))
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "bot.main", "says “ä”\nand more")
    assert entry["time"].endswith("+00:00")
    assert entry["traceback"].endswith("ValueError: two\nlines")
