"""The documents that list something list all of it."""

import re
from collections.abc import Iterator
from pathlib import Path

from discord import app_commands

from bot.cogs import COGS, MENUS

DOCS = Path(__file__).parents[1] / "docs"


def leaves(commands: list[app_commands.Command | app_commands.Group]) -> Iterator[str]:  # type: ignore[type-arg]
    for command in commands:
        if isinstance(command, app_commands.Group):
            yield from leaves(command.commands)
        else:
            yield command.qualified_name


def test_the_page_of_commands_has_every_command_and_menu() -> None:
    page = (DOCS / "commands.md").read_text()
    commands = [name for cog in COGS for name in leaves(cog.__cog_app_commands__)]
    assert len(commands) > 20
    assert [name for name in commands if not re.search(rf"`/{name}[ `]", page)] == []
    assert [menu.name for menu in MENUS if f"*{menu.name}*" not in page] == []


def test_the_index_of_decisions_has_each_page_once_by_its_title() -> None:
    folder = DOCS / "decisions"
    titles = {page.name: page.read_text().partition("\n")[0] for page in folder.glob("0*.md")}
    listed = re.findall(r"^- \[(.+)\]\((.+)\)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert sorted((name, f"# {int(name[:4])}. {title}") for title, name in listed) == sorted(titles.items())
