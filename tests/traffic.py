"""Check the traffic between the bot and the simulated Discord against rules of Discord that SimCord does not check."""

import re
import time
from typing import Any

from simcord.backend import Backend

from tests.isolation import exposed
from tests.wire.discord_limits import Refused, check_choices, check_message, check_modal

DEFERRALS = (5, 6)
CHOICES, MODAL = 8, 9

_CALLBACK = re.compile(r"POST /interactions/\d+/([^/]+)/callback")
_FOLLOW_UP = re.compile(r"(?:POST|PATCH) /webhooks/\d+/([^/]+)(?:/messages/.+)?")


class Traffic(list[tuple[str, str, Any]]):
    """The transcript of an environment; each entry is checked when it is added.

    Attributes:
        deferrals: how often the bot was late and asked for patience.
        violations: what Discord would have refused, one sentence each.
        patience: the longest wait of a user for an acknowledgement, in real seconds.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend.transcript)
        self._backend = backend
        self._began: dict[str, float] = {}
        self.deferrals = 0
        self.violations: list[str] = []
        self.patience = 0.0

    def append(self, entry: tuple[str, str, Any]) -> None:
        super().append(entry)
        kind, name, payload = entry
        if kind == "GATEWAY" and name == "INTERACTION_CREATE":
            self._began[payload["token"]] = time.perf_counter()
        elif answer := _CALLBACK.fullmatch(name):
            self._check_callback(answer[1], payload)
        elif follow_up := _FOLLOW_UP.fullmatch(name):
            if not self._backend.interaction_by_token(follow_up[1]).responded:
                self.violations.append(f"{name} came before the acknowledgement")
            self._check_message(name, payload)

    def _check_callback(self, token: str, payload: Any) -> None:
        self.patience = max(self.patience, time.perf_counter() - self._began[token])
        if payload["type"] == CHOICES:
            choices = payload["data"]["choices"]
            self._hold(lambda: check_choices(choices), "choices")
            self._expect_isolates([choice["name"] for choice in choices])
        elif payload["type"] == MODAL:
            self._hold(lambda: check_modal(payload["data"]), "a modal")
            self._expect_isolates(payload["data"])
        elif payload["type"] in DEFERRALS:
            self.deferrals += 1
        else:
            self._check_message("an answer", payload["data"])

    def _check_message(self, name: str, data: Any) -> None:
        # discord.py sends what the bot provides, and null for what an edit removes.
        empty = {"content": "", "embeds": [], "components": [], "attachments": [], "flags": 0}
        message = {part: data.get(part) or nothing for part, nothing in empty.items()}
        self._hold(lambda: check_message(message), name)
        self._expect_isolates(data)
        if data.get("allowed_mentions") != {"parse": []}:
            self.violations.append(f"{name} may ping: {data.get('allowed_mentions')}")

    def _expect_isolates(self, data: Any) -> None:
        self.violations += [f"{text!r} moves what stands around it" for text in exposed(data)]

    def _hold(self, check: Any, what: str) -> None:
        try:
            check()
        except Refused as error:
            self.violations.append(f"{what}: {error}")
