"""The documents' lists are complete."""

import re
from collections.abc import Iterator
from pathlib import Path

from discord import app_commands

from bot.cogs import COGS, MENUS

DOCS = Path(__file__).parents[1] / "docs"


def leaves(commands: list[app_commands.Command | app_commands.Group]) -> Iterator[app_commands.Command]:  # type: ignore[type-arg]
    for command in commands:
        if isinstance(command, app_commands.Group):
            yield from leaves(command.commands)
        else:
            yield command


def test_the_page_of_commands_has_every_command_with_its_options() -> None:
    rows = re.findall(r"^\| `/(.+?)`", (DOCS / "commands.md").read_text(), re.MULTILINE)
    commands = [command for cog in COGS for command in leaves(cog.__cog_app_commands__)]
    assert len(commands) > 20
    assert sorted(map(in_any_order, rows)) == sorted(map(in_any_order, map(written, commands)))


def test_the_page_of_commands_has_every_menu() -> None:
    page = (DOCS / "commands.md").read_text()
    assert [menu.name for menu in MENUS if f"*{menu.name}*" not in page] == []


def written(command: app_commands.Command) -> str:  # type: ignore[type-arg]
    options = [(option.display_name, option.required) for option in command.parameters]
    return " ".join([command.qualified_name, *(name if must else f"[{name}]" for name, must in options)])


def in_any_order(row: str) -> list[str]:
    return sorted(row.split(" "))


def test_the_index_of_decisions_has_each_page_once_by_its_title() -> None:
    folder = DOCS / "decisions"
    titles = {page.name: page.read_text().partition("\n")[0] for page in folder.glob("0*.md")}
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert sorted((name, f"# {int(name[:4])}. {title}") for title, name in listed) == sorted(titles.items())
