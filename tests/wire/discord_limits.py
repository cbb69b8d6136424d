"""Check messages and choices against Discord's limits, and build the bodies of its error answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .discord_people import JSON

COMPONENTS: Final = 1 << 15
"""The flag of a message that consists of components, without text or embeds."""
_ROW, _BUTTON, _TEXT = 1, 2, 10
_LAYOUT: Final = (9, _TEXT, 11, 12, 13, 14, 17)
"""The types of components that only such messages may have."""


class Refused(Exception):
    """An error answer: HTTP status, JSON error code, message, and the errors of each field."""

    def __init__(self, status: int, code: int, message: str, errors: JSON | None = None) -> None:
        super().__init__(f"{status} {code} {message} {errors or ''}".strip())
        self.status = status
        self.body: JSON = {"code": code, "message": message, **({"errors": errors} if errors else {})}


class Form:
    """Collects the errors in the fields of a request, so that one answer can report them all."""

    def __init__(self) -> None:
        self._errors: JSON = {}

    def expect(self, right: bool, path: str, message: str) -> None:
        if right:
            return
        node = self._errors
        for key in path.split("."):
            node = node.setdefault(key, {})
        node.setdefault("_errors", []).append({"code": "INVALID", "message": message})

    def text(self, text: object, path: str, most: int, *, least: int = 0) -> None:
        right = isinstance(text, str) and least <= len(text) <= most
        self.expect(right, path, f"Must be between {least} and {most} in length.")

    def refuse_if_wrong(self) -> None:
        if self._errors:
            raise Refused(400, 50035, "Invalid Form Body", self._errors)


def walk(components: list[JSON]) -> Iterator[JSON]:
    """Yield each component, followed by the components inside it, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        yield from walk([component[key] for key in ("component", "accessory") if key in component])


def check_message(message: JSON) -> None:
    """Raise Refused for an empty message, and for texts, embeds or components beyond Discord's limits."""
    embeds: list[JSON] = message["embeds"]
    if not any(message[part] for part in ("content", "embeds", "components", "attachments")):
        raise Refused(400, 50006, "Cannot send an empty message")
    form = Form()
    form.text(message["content"], "content", 2000)
    form.expect(len(embeds) <= 10, "embeds", "Must be 10 or fewer in length.")
    for number, embed in enumerate(embeds):
        _check_embed(form, embed, f"embeds.{number}")
    total = sum(len(text) for embed in embeds for text in embed_texts(embed))
    form.expect(total <= 6000, "embeds", "Embed size exceeds maximum size of 6000")
    _check_components(form, message)
    form.refuse_if_wrong()


def _check_components(form: Form, message: JSON) -> None:
    parts = list(walk(message["components"]))
    is_layout = bool(message["flags"] & COMPONENTS)
    for old in ("content", "embeds") if is_layout else ():
        form.expect(not message[old], old, "Cannot be used with MessageFlags.IS_COMPONENTS_V2")
    for part in parts:
        form.expect(is_layout or part["type"] not in _LAYOUT, "components", "Needs MessageFlags.IS_COMPONENTS_V2")
    form.expect(not is_layout or bool(parts), "components", "At least one component is required")
    form.expect(len(parts) <= 40, "components", "Must be 40 or fewer in length.")
    texts = [part.get("content", "") for part in parts if part["type"] == _TEXT]
    form.expect(all(texts), "components", "A text display must not be empty.")
    form.expect(sum(map(len, texts)) <= 4000, "components", "The texts exceed 4000 characters together.")
    ids = [part["custom_id"] for part in parts if "custom_id" in part]
    form.expect(len(set(ids)) == len(ids), "components", "Component custom id cannot be duplicated")
    for one in ids:
        form.text(one, "components.custom_id", 100, least=1)
    for row in (part for part in parts if part["type"] == _ROW):
        form.expect(1 <= len(row["components"]) <= 5, "components", "Must be between 1 and 5 in length.")
    for label in (part.get("label") for part in parts if part["type"] == _BUTTON):
        form.text(label or "", "components.label", 80)


def _check_embed(form: Form, embed: JSON, path: str) -> None:
    form.text(embed.get("title") or "", f"{path}.title", 256)
    form.text(embed.get("description") or "", f"{path}.description", 4096)
    form.text(embed.get("author", {}).get("name", ""), f"{path}.author.name", 256)
    form.text(embed.get("footer", {}).get("text", ""), f"{path}.footer.text", 2048)
    fields = embed.get("fields", [])
    form.expect(len(fields) <= 25, f"{path}.fields", "Must be 25 or fewer in length.")
    for number, one in enumerate(fields):
        form.text(one.get("name"), f"{path}.fields.{number}.name", 256, least=1)
        form.text(one.get("value"), f"{path}.fields.{number}.value", 1024, least=1)


def embed_texts(embed: JSON) -> list[str]:
    """Return the texts of an embed in reading order. These count towards Discord's limit of 6000 characters."""
    fields = [text for one in embed.get("fields", []) for text in (one.get("name"), one.get("value"))]
    head = [embed.get("author", {}).get("name"), embed.get("title"), embed.get("description")]
    return [text for text in (*head, *fields, embed.get("footer", {}).get("text")) if text]


def check_modal(modal: JSON) -> None:
    """Raise Refused for a modal with no input or more than five, and for texts beyond Discord's limits."""
    form, labels = Form(), modal["components"]
    form.text(modal["title"], "title", 45, least=1)
    form.text(modal["custom_id"], "custom_id", 100, least=1)
    form.expect(1 <= len(labels) <= 5, "components", "Must be between 1 and 5 in length.")
    for number, label in enumerate(labels):
        path, part = f"components.{number}", label["component"]
        form.text(label["label"], f"{path}.label", 45, least=1)
        form.text(label.get("description") or "", f"{path}.description", 100)
        form.text(part.get("placeholder") or "", f"{path}.placeholder", 100)
        form.text(part.get("value") or "", f"{path}.value", 4000)
        options = part.get("options", [])
        form.expect(len(options) <= 25, f"{path}.options", "Must be 25 or fewer in length.")
        for option in options:
            form.text(option["label"], f"{path}.options.label", 100, least=1)
    form.refuse_if_wrong()


def check_choices(choices: list[JSON]) -> None:
    """Raise Refused for more than 25 choices, or for a name or value of a wrong length."""
    form = Form()
    form.expect(len(choices) <= 25, "data.choices", "Must be 25 or fewer in length.")
    for number, choice in enumerate(choices):
        form.text(choice.get("name"), f"data.choices.{number}.name", 100, least=1)
        form.text(str(choice.get("value")), f"data.choices.{number}.value", 100)
    form.refuse_if_wrong()
