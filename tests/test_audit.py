"""Handling of the report on known vulnerabilities."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit.py"

FINE = {"name": "pytz", "version": "2026.6", "vulns": []}
VULNERABLE = {"name": "redis", "version": "8.1", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["8.2"]}]}
UNKNOWN = {"name": "alembic", "skip_reason": "not found"}


@pytest.fixture(scope="module")
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", AUDIT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_known_vulnerability_always_fails_and_is_named(audit: Any) -> None:
    for if_reachable in (True, False):
        code, told = audit.judge({"dependencies": [FINE, VULNERABLE, UNKNOWN]}, if_reachable=if_reachable)
        assert (code, told) == (1, ["redis 8.1: PYSEC-2026-1, fixed in 8.2"])


def test_what_cannot_be_looked_up_fails_only_where_it_is_insisted_on(audit: Any) -> None:
    for packages in ([FINE, UNKNOWN], []):
        for if_reachable, expected in ((True, 0), (False, 1)):
            code, [told] = audit.judge({"dependencies": packages}, if_reachable=if_reachable)
            assert code == expected
            assert told.startswith("Not audited: ")


def test_a_clean_report_passes(audit: Any) -> None:
    assert audit.judge({"dependencies": [FINE]}, if_reachable=False) == (
        0,
        ["No known vulnerabilities in 1 packages."],
    )
