"""Describe a database without the models: its schema and all its rows."""

import re
from typing import Any

from sqlalchemy import URL, Connection, Inspector, MetaData, inspect

from tests.statements import on


def contents(url: URL) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of the existing tables, in key order."""

    def work(connection: Connection) -> dict[str, list[dict[str, Any]]]:
        found = MetaData()
        found.reflect(connection, only=lambda name, _: name != "alembic_version")
        return {
            name: [
                naive(dict(row)) for row in connection.execute(table.select().order_by(*table.primary_key)).mappings()
            ]
            for name, table in found.tables.items()
        }

    return on(url, work)


def naive(row: dict[str, Any]) -> dict[str, Any]:
    """Return times as written in UTC, because a column without a zone can hold no more."""
    return {key: value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value for key, value in row.items()}


def schema(url: URL) -> dict[str, Any]:
    """Return everything in which two databases of one kind can differ, by table."""

    def work(connection: Connection) -> dict[str, Any]:
        inspector = inspect(connection)
        return {name: table(inspector, name) for name in inspector.get_table_names()}

    return on(url, work)


def table(inspector: Inspector, name: str) -> dict[str, Any]:
    key = inspector.get_pk_constraint(name)
    return {
        "columns": {
            column["name"]: (
                column["type"].compile(inspector.dialect),
                getattr(column["type"], "timezone", None),
                column["nullable"],
                column["default"],
            )
            for column in inspector.get_columns(name)
        },
        "primary key": (key["name"], key["constrained_columns"]),
        "foreign keys": {
            (one["name"], *one["constrained_columns"], one["referred_table"], *one["referred_columns"])
            for one in inspector.get_foreign_keys(name)
        },
        "unique": {(one["name"], *one["column_names"]) for one in inspector.get_unique_constraints(name)},
        "indexes": {
            (one["name"], one["unique"], tuple(one["column_names"]), condition(one.get("dialect_options", {})))
            for one in inspector.get_indexes(name)
        },
        "checks": {one["name"]: normal(one["sqltext"]) for one in inspector.get_check_constraints(name)},
    }


def condition(options: dict[str, Any]) -> str:
    return normal("".join(str(value) for key, value in options.items() if key.endswith("_where")))


def normal(sql: str) -> str:
    """Return SQL without differences of spelling: white space, and quotes around names."""
    return re.sub(r"\s+", " ", sql.replace('"', "")).strip()
