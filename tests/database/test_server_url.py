"""Server URLs as hosting services hand them out: each option is followed, or reported as not followed."""

import asyncio
import shlex
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from bot.database._server_url import connect_arguments
from bot.database.backup import dump_command
from bot.database.database import Database
from bot.database.dialect import parse_database_url, remarks
from bot.errors import Unavailable
from tests.own_servers import postgres_client
from tests.protocol import watched
from tests.proxy import Proxy, proxy_to, through
from tests.sessions import pool_of, reading

BOT = "postgresql://bot:p%40ss@"

TOLD = {
    "postgres://bot@localhost/scores?sslmode=require": ["postgresql://bot@localhost/scores?sslmode=require"],
    "postgresql+psycopg2://bot@db/scores": ["postgresql://bot@db/scores"],
    "postgresql://bot@db/scores?ssl=true": ["postgresql://bot@db/scores?sslmode=require"],
    "postgresql://bot@db/scores?ssl=verify-ca&sslrootcert={certificate}": [
        "postgresql://bot@db/scores?sslrootcert={certificate}&sslmode=verify-ca"
    ],
    f"{BOT}[::1]:6543/scores": [f"{BOT}[::1]:6543/scores"],
    f"{BOT}one,two:6432/scores": [f"{BOT}one/scores", f"{BOT}two:6432/scores"],
    "postgresql://bot@/scores?host=one,two&port=1,2": [
        "postgresql://bot@one:1/scores",
        "postgresql://bot@two:2/scores",
    ],
    "postgresql:///scores?host=/run/postgresql&port=5433": ["postgresql:///scores?host=%2Frun%2Fpostgresql&port=5433"],
    "postgresql://db?user=bot&password=p%40ss&dbname=scores": [f"{BOT}db/scores"],
    "postgresql://db/scores?options=-c%20search_path%3Dbot": ["postgresql://db/scores?options=-c%20search_path%3Dbot"],
    "postgresql://db/scores?fallback_application_name=bot": ["postgresql://db/scores?application_name=bot"],
    "postgresql://db/scores?target_session_attrs=read-write": [
        "postgresql://db/scores?target_session_attrs=read-write"
    ],
    "postgresql://db/scores?pgbouncer=true&schema=public&statement_cache_size=0": ["postgresql://db/scores"],
}
SAID = {
    "sslmode=require&channel_binding=require": ["channel_binding"],
    "channel_binding=prefer&gssencmode=prefer&keepalives=1": [],
    "connection_limit=5&pool_timeout=10": ["connection_limit", "pool_timeout"],
    "keepalives_idle=30": ["keepalives_idle"],
}
REFUSED = {
    "sslmode=no-verify": "another sslmode than disable, allow",
    "target_session_attrs=primary-ish": "another target_session_attrs than any",
    "connect_timeout=soon": "connect_timeout that is no whole number",
    "gssencmode=require": "cannot follow: gssencmode",
    "schema=private": "cannot follow: schema",
    "sslpassword=hunter2": "not known here: sslpassword",
    "colour=blue": "not known here: colour",
    "sslmode=verify-full": "sslmode=verify-full without sslrootcert",
    "sslmode=require&sslrootcert=system": "goes with sslmode=verify-full",
    "sslrootcert=/no/such/file": "names a file as sslrootcert that is not there",
    "sslrootcert={nonsense}": "cannot be read",
    "sslcert={certificate}&sslkey={nonsense}": "cannot be read",
    "host=one,two&port=1,2,3": "one port, or one for each host",
    "host=one&port=0": "port from 1 to 65535",
}


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the certificates of this machine's user."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("PGSSLROOTCERT", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A self-signed certificate for localhost, its key, and a file that is neither."""
    folder = tmp_path_factory.mktemp("certificates")
    named = {name: str(folder / name) for name in ("certificate", "key", "nonsense")}
    Path(named["nonsense"]).write_text("nothing to read here")
    request = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    keys = ["-keyout", named["key"], "-out", named["certificate"]]
    subprocess.run([*shlex.split(request), *keys], check=True, capture_output=True)
    return named


def test_the_driver_is_told_what_a_url_asks_for(files: dict[str, str]) -> None:
    for written, dsns in TOLD.items():
        url = parse_database_url(written.format(**files))
        expected = [dsn.format(certificate=files["certificate"].replace("/", "%2F")) for dsn in dsns]
        assert connect_arguments(url, 3.0) == {"timeout": 3.0, "dsns": expected}, written


@pytest.mark.parametrize(("written", "seconds"), [("10", 10), ("1", 2), ("0", 3), ("-1", 3)])
def test_the_time_to_connect_in_is_the_one_of_the_url(written: str, seconds: float) -> None:
    url = parse_database_url(f"postgresql://db/scores?connect_timeout={written}")
    assert connect_arguments(url, 3)["timeout"] == seconds


def test_what_is_not_followed_is_said() -> None:
    for query, names in SAID.items():
        said = remarks(parse_database_url(f"postgresql://db/scores?{query}"))
        assert [sentence.split()[1] for sentence in said] == names, query


def test_what_cannot_be_followed_is_refused(files: dict[str, str]) -> None:
    for query, reason in REFUSED.items():
        with pytest.raises(ValueError, match=reason) as refusal:
            parse_database_url(f"postgresql://db/scores?{query}".format(**files))
        assert "hunter2" not in str(refusal.value)


async def value_of(url: URL, setting: str) -> str:
    database = Database(parse_database_url(url.render_as_string(hide_password=False)))
    try:
        async with reading(database) as session:
            return str(await session.scalar(text(f"SHOW {setting}")))
    finally:
        await database.close()


async def test_a_server_is_told_the_options_of_a_url(server_url: URL) -> None:
    asked = {"application_name": "a board", "options": "-c search_path=pg_catalog -c work_mem=5MB"}
    url = server_url.update_query_dict(asked)
    # Users who set options know whether a pooler is in front of the server.
    with watched():
        assert await value_of(url, "application_name") == "a board"
        assert await value_of(url, "search_path") == "pg_catalog"
        assert await value_of(url, "work_mem") == "5MB"


def test_a_backup_reaches_the_server_of_a_url(server_url: URL, tmp_path: Path) -> None:
    asked = {"application_name": "a board", "options": "-c work_mem=5MB", "pgbouncer": "true", "connect_timeout": "100"}
    url = parse_database_url(server_url.update_query_dict(asked).render_as_string(hide_password=False))
    command = shlex.split(dump_command(url, tmp_path / "scores.dump") or "")
    program = postgres_client(command[0])
    subprocess.run([program, "--schema-only", *command[1:]], check=True)
    assert (tmp_path / "scores.dump").stat().st_size > 0


@pytest.mark.parametrize("fault", [Proxy.cut, Proxy.swallow])
async def test_of_several_hosts_the_one_that_answers_is_taken(server_url: URL, fault: object) -> None:
    async with proxy_to(server_url) as first, proxy_to(server_url) as second:
        hosts = {"host": "127.0.0.1,127.0.0.1", "port": f"{first.port},{second.port}", "connect_timeout": "2"}
        database = Database(server_url.set(host=None, port=None, query=hosts))
        fault(first)  # type: ignore[operator]
        for _ in range(2):
            await pool_of(database).dispose()
            async with reading(database) as session:
                assert await session.scalar(text("SELECT 1")) == 1
        await database.close()
        # After that, the bot tries the host that did not answer last.
        assert (first.connections, second.connections) in [(0, 2), (1, 2)]


async def test_a_server_proves_who_it_is_if_the_url_asks_for_it(server_url: URL, files: dict[str, str]) -> None:
    async with proxy_to(server_url) as way, tls_before(way, files) as port:
        secured = through(way, server_url).set(host="localhost", port=port)
        trusted = {"sslmode": "verify-full", "sslrootcert": files["certificate"]}
        assert await value_of(secured.update_query_dict(trusted), "server_encoding") == "UTF8"
        assert await value_of(secured.update_query_dict({"ssl": "true"}), "server_encoding") == "UTF8"
        strange = secured.update_query_dict({"sslmode": "verify-full", "sslrootcert": "system"})
        database = Database(parse_database_url(strange.render_as_string(hide_password=False)))
        with pytest.raises(Unavailable) as error:
            await database.read(lambda session: session.scalar(text("SELECT 1")))
        assert isinstance(error.value.__cause__, ssl.SSLCertVerificationError)
        await database.close()


@asynccontextmanager
async def tls_before(way: Proxy, files: dict[str, str]) -> AsyncIterator[int]:
    """Accept TLS, as PostgreSQL does, in front of a server without it; yield the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files["certificate"], files["key"])

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The client requests TLS with eight bytes.
        await reader.readexactly(8)
        writer.write(b"S")
        try:
            await writer.start_tls(context)
            there, back = await asyncio.open_connection("127.0.0.1", way.port)
            await asyncio.gather(pump(reader, back), pump(there, writer))
        except OSError:
            writer.close()

    async with await asyncio.start_server(serve, "localhost") as server:
        yield server.sockets[0].getsockname()[1]
