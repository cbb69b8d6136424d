"""Store the details of actions as JSON, and read them back."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.audit import DETAILS, Action, Detail

_ADAPTERS: dict[type[Detail], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in DETAILS.values()}


def store_detail(action: Action, detail: Detail) -> dict[str, Any]:
    """Return a detail as JSON can hold it, without the fields that have their defaults.

    Raises:
        TypeError: the action has another kind of detail.
    """
    kind = DETAILS[action]
    if not isinstance(detail, kind):
        raise TypeError(f"{action} is recorded with a {kind.__name__}")
    stored: dict[str, Any] = _ADAPTERS[kind].dump_python(detail, mode="json", exclude_defaults=True)
    return stored


def read_detail(action: Action, stored: Mapping[str, Any]) -> Detail | None:
    """Return a stored detail, without unknown fields; None if a field is missing or has an unknown value."""
    try:
        detail: Detail = _ADAPTERS[DETAILS[action]].validate_python(stored)
    except ValidationError:
        return None
    return detail
