"""The architecture: which modules import which, who knows what, and naming rules. A failure lists every offender."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from tests.patience import UNTIL_IT_HANGS

ROOT = Path(__file__).parents[1]

# The modules that each part may import besides itself and the standard library. The longest matching prefix counts.
MAY_IMPORT = {
    "bot.errors": {},
    "bot.domain": {"pytz", "rapidfuzz", "regex", "bot.errors"},
    "bot.database": {"aiosqlite", "alembic", "asyncpg", "sqlalchemy", "tenacity", "bot.domain", "bot.errors"},
    "bot.services": {"async_lru", "pydantic", "redis", "sqlalchemy", "bot.database", "bot.domain", "bot.errors"},
    "bot.ui": {"async_lru", "discord", "regex", "typst", "bot.domain", "bot.errors"},
    "bot.cogs": {"aiohttp", "discord", "bot.domain", "bot.errors", "bot.services", "bot.ui"},
    "bot.health": {"aiohttp", "async_lru", "sqlalchemy", "bot.database", "bot.errors", "bot.services.ratings"},
    "bot.systemd": {},
    "bot.logs": {"bot.database.dialect"},
    "bot.setting_names": {},
    "bot.config": {
        *("dotenv", "pydantic", "pydantic_settings", "redis", "sqlalchemy"),
        *("bot.database.dialect", "bot.domain", "bot.setting_names"),
    },
    "bot.console": {"tqdm", "bot.ui.text"},
    "bot.backend": {
        *("bot.cogs", "bot.config", "bot.database", "bot.domain", "bot.services", "bot.ui.pictures"),
    },
    "bot.main": {
        *("discord", "yarl", "bot.backend", "bot.cogs", "bot.config", "bot.health", "bot.services", "bot.systemd"),
    },
    "bot.demo": {"PIL", "discord", "pydantic", "simcord", "bot"},
    "bot.commands": {"aiohttp", "discord", "pydantic", "sqlalchemy", "bot"},
    "bot.__main__": {"bot"},
    "bot": {},
}
KNOW_DISCORD = ("bot.cogs", "bot.ui", "bot.main", "bot.demo", "bot.commands")
KNOW_DIALECTS = {
    "bot.database.backup",
    "bot.database.dialect",
    "bot.database.rows",
    "bot.database._file",
    "bot.database._server",
    "bot.database._server_url",
}

DIALECT = re.compile(r"postgres|sqlite|asyncpg|psycopg", re.IGNORECASE)
DATABASE_URL = re.compile(r"(sqlite|postgresql)://")
MADE_ONCE_AT_THE_TOP = {
    *("create_engine", "create_async_engine", "open_engine", "Database"),
    *("Redis", "from_url", "connect_redis"),
    *("Client", "Bot", "AutoShardedBot", "LeaderboardBot", "ClientSession"),
    *("Settings", "load_settings"),
}
TEST = re.compile(r"^ *(?:async )?def (test_\w+)", re.MULTILINE)
TAKES_SQL = {"text", "execute", "exec_driver_sql", "scalar", "scalars"}
NAMES_THAT_SAY_NOTHING = {"util", "utils", "utility", "helper", "helpers", "manager", "misc", "common"}


def modules(package: str) -> dict[str, Path]:
    files = sorted((ROOT / package).rglob("*.py"))
    return {".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file for file in files}


BOT = modules("bot")
MIGRATIONS = modules("migrations")


@cache
def tree(module: str) -> ast.Module:
    return ast.parse((BOT | MIGRATIONS)[module].read_text())


@cache
def nodes(module: str) -> list[ast.AST]:
    return list(ast.walk(tree(module)))


def test_there_is_something_to_look_at() -> None:
    assert {"bot.main", "bot.domain.scores", "bot.services.verification._service"} <= BOT.keys()
    assert "migrations.versions.0001_first" in MIGRATIONS
    assert len(modules("tests")) > 1


def assert_none(offenders: Iterable[str]) -> None:
    listed = sorted(offenders)
    assert not listed, "\n".join(listed)


def is_within(module: str, part: str) -> bool:
    return module == part or module.startswith((f"{part}.", f"{part}_"))


def part_of(module: str) -> str:
    return max((part for part in MAY_IMPORT if is_within(module, part)), key=len)


@cache
def imports(module: str) -> list[str]:
    """Return every module that a module imports, anywhere in it, and every imported name that may be a module."""
    found: list[str] = []
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by dots"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name if name in BOT else str(node.module) for name in names]
    return found


def is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def test_a_module_imports_only_what_its_part_may() -> None:
    strangers = [
        f"{module} imports {name}"
        for module in BOT
        for name in imports(module)
        if not may_import(part_of(module), name)
    ]
    assert_none(strangers)


def may_import(part: str, name: str) -> bool:
    return is_standard(name) or any(is_within(name, allowed) for allowed in (part, *MAY_IMPORT[part]))


def test_what_begins_with_an_underscore_stays_in_its_package() -> None:
    inner = [(module, name) for module in BOT for name in imports(module) if package_of_insides(name) is not None]
    assert_none([f"{module} imports {name}" for module, name in inner if not is_inside(module, name)])
    assert inner, "nothing was looked at"


def package_of_insides(name: str) -> str | None:
    """Return the only package that may import a module whose name has a part with a leading underscore."""
    parts = name.split(".")
    inner = [place for place, part in enumerate(parts) if part.startswith("_") and not part.startswith("__")]
    return ".".join(parts[: inner[0]]) if inner and parts[0] == "bot" else None


def is_inside(module: str, name: str) -> bool:
    package = package_of_insides(name)
    return package is not None and (module == package or module.startswith(f"{package}."))


def test_a_service_package_has_a_front_and_insides() -> None:
    services = [module.split(".") for module in BOT if module.startswith("bot.services.")]
    assert_none([".".join(parts) for parts in services if len(parts) > 3 and not parts[3].startswith("_")])
    fronts = {".".join(parts[:3]) for parts in services}
    assert_none([front for front in fronts if "__all__" not in BOT[front].read_text()])


def test_capabilities_import_each_other_in_no_circle() -> None:
    arrows: dict[str, set[str]] = {}
    for module in BOT:
        arrows.setdefault(place_of(module), set()).update(place_of(name) for name in imports(module) if name in BOT)
    order = TopologicalSorter({place: others - {place} for place, others in arrows.items()})
    assert len(list(order.static_order())) > 1


def place_of(module: str) -> str:
    """Return a module; for the services, the package that contains it."""
    return ".".join(module.split(".")[:3])


def test_every_module_of_the_top_has_its_place() -> None:
    assert_none([module for module in BOT if module.count(".") == 1 and part_of(module) == "bot"])


def test_only_the_upper_parts_know_discord() -> None:
    knowing = [module for module in BOT if any(is_within(name, "discord") for name in imports(module))]
    assert_none([module for module in knowing if not any(is_within(module, part) for part in KNOW_DISCORD)])
    assert knowing, "nothing was looked at"


def test_only_the_demo_knows_the_simulated_discord() -> None:
    knowing = {module for module in BOT if any(is_within(name, "simcord") for name in imports(module))}
    assert_none([module for module in knowing if not is_within(module, "bot.demo")])
    assert knowing, "nothing was looked at"


def test_only_the_command_line_knows_the_demo() -> None:
    knowing = {module for module in BOT if any(is_within(name, "bot.demo") for name in imports(module))}
    assert [module for module in knowing if not is_within(module, "bot.demo")] == ["bot.commands._client"]


def test_importing_starts_nothing_and_brings_in_no_more_than_is_needed() -> None:
    lower = [module for module in BOT if is_within(module, "bot.services") or is_within(module, "bot.database")]
    program = f"""
import importlib, sys, threading
def bring_in(modules, without):
    for module in modules:
        importlib.import_module(module)
    assert not without & sys.modules.keys(), without & sys.modules.keys()
bring_in({lower}, without={{"discord", "bot.config"}})
bring_in({[module for module in BOT if not is_within(module, "bot.demo")]}, without={{"simcord", "bot.demo"}})
assert threading.active_count() == 1, threading.enumerate()
"""
    assert run(program) == (0, "", "")


def test_the_command_line_imports_no_library_that_only_some_runs_need() -> None:
    assert run("import bot.__main__, sys; assert not {'alembic', 'redis'} & sys.modules.keys()") == (0, "", "")


def run(program: str) -> tuple[int, str, str]:
    """Return the exit code, output and errors of a program that runs with invalid settings, which it must not read."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": "nonsense", "LOG_LEVEL": "LOUD"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=UNTIL_IT_HANGS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_no_module_makes_an_engine_a_client_or_settings_when_imported() -> None:
    made = [
        f"{module}: {ast.unparse(call)}"
        for module in BOT
        for call in calls(at_import(tree(module)))
        if called(call) in MADE_ONCE_AT_THE_TOP
    ]
    assert_none(made)


def test_dialects_and_their_drivers_are_named_in_six_modules() -> None:
    naming = {
        f"{module}: {name}"
        for module in BOT.keys() - KNOW_DIALECTS
        for name in names(module)
        if DIALECT.search(name) and not DATABASE_URL.match(name)
    }
    assert_none(naming)


def test_sql_text_is_never_put_together() -> None:
    takers = [
        (module, call)
        for module in BOT | MIGRATIONS
        for call in calls(nodes(module))
        if called(call) in TAKES_SQL and call.args
    ]
    assert_none([f"{module}: {ast.unparse(call)}" for module, call in takers if is_put_together(call.args[0])])
    assert takers, "nothing was looked at"


def is_put_together(statement: ast.expr) -> bool:
    is_formatted = isinstance(statement, ast.Call) and called(statement) == "format"
    return is_formatted or isinstance(statement, ast.JoinedStr | ast.BinOp)


def test_modals_are_opened_in_one_place() -> None:
    opening = {module for module in BOT for call in calls(nodes(module)) if called(call) == "send_modal"}
    assert opening == {"bot.cogs._modals"}


def test_a_name_says_something() -> None:
    defined = [
        f"{module}.{node.name}"
        for module in BOT
        for node in nodes(module)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert_none([name for name in (*defined, *modules("tests")) if words(name) & NAMES_THAT_SAY_NOTHING])


def test_a_test_is_named_in_under_seventy_characters() -> None:
    found = [name for file in modules("tests").values() for name in TEST.findall(file.read_text())]
    assert len(found) > 1
    assert_none([name for name in found if len(name) >= 70])


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)}


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """Yield everything that runs when a module is imported: all but the bodies of its functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        yield child
        yield from at_import(child)


def calls(among: Iterable[ast.AST]) -> Iterator[ast.Call]:
    return (node for node in among if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def names(module: str) -> Iterator[str]:
    """Yield every name and every string of a module, except its docstrings."""
    docstrings = {
        id(node.value) for node in nodes(module) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
        for field in ("id", "attr", "arg", "name", "asname", "module"):
            name = getattr(node, field, None)
            if isinstance(name, str):
                yield name
