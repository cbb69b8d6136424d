"""Looks each package of the lock files up among known vulnerabilities, by means of pip-audit.

Ends with 1 where one is known. Where the vulnerabilities cannot be looked up, it says so, and ends with 1 unless it is
told `--if-reachable`: a machine without a way to them can check everything else.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements-dev.lock"
AUDIT = ("-m", "pip_audit", "--require-hashes", "--disable-pip", "--format=json", "--progress-spinner=off")
LONGEST_SECONDS = 120


def look_up() -> dict[str, Any]:
    """Return pip-audit's report; an empty one where it comes to none."""
    command = [sys.executable, *AUDIT, "--timeout=5", f"--requirement={LOCK}"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_SECONDS, check=False)
        report: dict[str, Any] = json.loads(ended.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return {"dependencies": []}
    return report


def judge(report: dict[str, Any], *, if_reachable: bool) -> tuple[int, list[str]]:
    """Return the exit code for a report, and what is to be told."""
    packages = report["dependencies"]
    known = [
        f"{package['name']} {package['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'none'}"
        for package in packages
        for found in package.get("vulns", [])
    ]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if known:
        return 1, known
    if unknown or not packages:
        told = f"Not audited: {len(unknown) or 'all'} packages cannot be looked up from here. `make audit` insists."
        return 0 if if_reachable else 1, [told]
    return 0, [f"No known vulnerabilities in {len(packages)} packages."]


if __name__ == "__main__":
    code, lines = judge(look_up(), if_reachable="--if-reachable" in sys.argv)
    print(*lines, sep="\n")
    sys.exit(code)
