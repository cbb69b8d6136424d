"""Measure in a separate process, which reports its costs."""

import subprocess
import sys
from pathlib import Path

KIBIBYTE = 1024


def told_by(module: str, *arguments: str) -> list[str]:
    """Run a module of the benchmarks as a program, and return the words that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.split()


def forget_greatest_memory() -> None:
    """Reset the memory peak of this process, so that it does not include the imports."""
    Path("/proc/self/clear_refs").write_text("5")


def memory(name: str) -> int:
    """Return the present (VmRSS) or peak (VmHWM) memory of this process in bytes, according to Linux."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * KIBIBYTE
    raise RuntimeError(f"this system does not tell {name}")
