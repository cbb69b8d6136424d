"""The results: lines, marked by whether they meet their goals, as a table for people."""

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_HOLDS = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Goal:
    """The goal for a figure: a relation (`≥`, `≤` or `<`), a bound and their unit."""

    relation: str
    bound: float
    unit: str = "×"

    def is_met(self, figure: float) -> bool:
        """Tell whether a figure meets the goal."""
        return bool(_HOLDS[self.relation](figure, self.bound))

    def __str__(self) -> str:
        return f"{self.relation} {show(self.bound)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure beside its goal.

    Attributes:
        number: the number of the goal that the line belongs to, or None.
        operation: what was measured, on which database, at which size.
        seen: the bot's result, with its unit.
        reference: the reference's result, in the same unit.
        figure: the ratio of both, or the bot's result if there is no reference; None if it is unknown.
        goal: the goal for the figure; None for a line that only explains another.
    """

    number: int | None
    operation: str
    seen: str
    reference: str
    figure: float | None
    goal: Goal | None = None

    @property
    def mark(self) -> str:
        """Whether the goal is met; empty if there is none."""
        if self.goal is None or self.figure is None:
            return ""
        return "met" if self.goal.is_met(self.figure) else "**missed**"

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a table, from left to right."""
        number = "" if self.number is None else str(self.number)
        unit = "×" if self.goal is None else self.goal.unit
        figure = "–" if self.figure is None else f"{show(self.figure)} {unit}"
        goal = "" if self.goal is None else str(self.goal)
        return number, self.operation, self.seen, self.reference, figure, goal, self.mark


def in_order(lines: Iterable[Line]) -> list[Line]:
    """Return the lines in the order of their goals' numbers; those without a number come last."""
    return sorted(lines, key=lambda line: math.inf if line.number is None else line.number)


def table(lines: Iterable[Line]) -> str:
    """Return the lines as a Markdown table, in the given order."""
    heads = ("#", "operation", "the bot", "the reference", "figure", "goal", "")
    return markdown(heads, [line.cells for line in lines])


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    every = (heads, ["---"] * len(heads), *rows)
    return "\n".join("".join(f"| {cell} " if cell else "| " for cell in cells) + "|" for cells in every)


def show(figure: float) -> str:
    """Write a figure with three digits, or in full if it has more before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
