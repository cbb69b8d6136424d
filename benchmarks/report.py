"""What was found: lines with a mark each, as a table for people."""

import operator
from collections.abc import Iterable
from dataclasses import dataclass

_HOLDS = {"≥": operator.ge, "≤": operator.le, "<": operator.lt}


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a figure: a relation (`≥`, `≤` or `<`), a bound, and the unit of both."""

    relation: str
    bound: float
    unit: str = "×"

    def is_met(self, figure: float) -> bool:
        """Tell whether a figure fulfils it."""
        return bool(_HOLDS[self.relation](figure, self.bound))

    def __str__(self) -> str:
        return f"{self.relation} {show(self.bound)} {self.unit}"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure beside what is wanted of it.

    Attributes:
        number: the goal's number.
        operation: what was measured, on which database, at which size.
        seen: what the bot did, in units.
        reference: what the reference did, in the same units.
        figure: the ratio of both, or the figure itself where there is no reference.
        goal: what is wanted of the figure.
    """

    number: int
    operation: str
    seen: str
    reference: str
    figure: float
    goal: Goal

    @property
    def mark(self) -> str:
        """Whether the goal is met."""
        return "met" if self.goal.is_met(self.figure) else "**missed**"


def table(lines: Iterable[Line]) -> str:
    """Return the lines as a Markdown table."""
    header = (
        "| # | operation | the bot | the reference | figure | goal | |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
    rows = [
        f"| {line.number} | {line.operation} | {line.seen} | {line.reference} "
        f"| {show(line.figure)} {line.goal.unit} | {line.goal} | {line.mark} |"
        for line in sorted(lines, key=lambda line: line.number)
    ]
    return "\n".join([header, *rows])


def show(figure: float) -> str:
    """Write a figure with three digits, in full where there are more before the point."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"
