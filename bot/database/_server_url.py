"""Parse server URLs as hosting services hand them out, with the options of PostgreSQL's own programs.

The query of a URL keeps the terms of libpq; `connect_arguments` translates them for the driver.
"""

import os
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import sqlalchemy as sa

LAST_PORT = 65_535

_TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_TLS_VERSIONS = ("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
_TAKES = {
    "sslmode": _TLS_MODES,
    "sslnegotiation": ("postgres", "direct"),
    "ssl_min_protocol_version": _TLS_VERSIONS,
    "ssl_max_protocol_version": _TLS_VERSIONS,
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
}
"""Options that take one of a fixed set of values."""
_FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl")
_SYSTEM = "system"
"""The value of `sslrootcert` for the authorities that this machine trusts."""
_ADDRESS = {"host", "port"}
_FOLLOWED = {*_TAKES, *_FILES, *_ADDRESS, "application_name", "connect_timeout", "options", "passfile", "krbsrvname"}
_FIELDS = {"user": "username", "password": "password", "dbname": "database"}
"""Options that repeat what the front of a URL says."""
_LIKE_TRUE, _LIKE_FALSE = ("true", "1", "yes", "on"), ("false", "0", "no", "off")
_ASK_FOR_NOTHING = {
    "channel_binding": {"prefer", "disable"},
    "client_encoding": {"utf8", "UTF8", "utf-8", "UTF-8", "auto"},
    "gssencmode": {"prefer", "disable"},
    "keepalives": {"1"},
    "load_balance_hosts": {"disable"},
    "sslcompression": {"0"},
    "sslsni": {"1"},
    # For other drivers and ORMs, which must be told about a pooler.
    "pgbouncer": {*_LIKE_TRUE, *_LIKE_FALSE},
    "prepared_statement_cache_size": {"0"},
    "prepareThreshold": {"0"},
    "schema": {"public"},
    "statement_cache_size": {"0"},
    "uselibpqcompat": {*_LIKE_TRUE, *_LIKE_FALSE},
}
"""Options that are allowed with these values only, because they change nothing."""
_NOT_FOLLOWED = {
    "channel_binding": "the driver has no channel binding; sslmode=verify-full makes sure of the server",
    "connection_limit": "DATABASE_POOL_SIZE limits the connections",
    "keepalives": "the bot asks for signs of life itself",
    "keepalives_count": "the bot asks for signs of life itself",
    "keepalives_idle": "the bot asks for signs of life itself",
    "keepalives_interval": "the bot asks for signs of life itself",
    "load_balance_hosts": "the hosts are tried in the order of the URL",
    "pool_timeout": "the bot waits for a connection as long as the database lives",
    "tcp_user_timeout": "the bot asks for signs of life itself",
}
"""Options that the bot does not follow, with the reason why that is harmless."""
_OF_LIBPQ = {*_FOLLOWED, "channel_binding", "load_balance_hosts", "tcp_user_timeout"}

_HOSTS = re.compile(r"(?P<scheme>[^:/]+://)(?:(?P<who>[^/?]*)@)?(?P<hosts>[^/?@]*,[^/?@]*)(?P<rest>.*)", re.DOTALL)
_HOST = re.compile(r"\[?(?P<host>[^\[\]]*?)\]?(?::(?P<port>\d*))?")


def without_hosts(value: str) -> tuple[str, dict[str, str]]:
    """Split off the hosts of a URL if it names several; return the rest, and the hosts as options."""
    if (several := _HOSTS.fullmatch(value)) is None:
        return value, {}
    hosts = [_HOST.fullmatch(one) for one in several["hosts"].split(",")]
    if not all(hosts):
        raise ValueError(several["hosts"])
    named = [(one["host"], one["port"] or "") for one in hosts if one is not None]
    who = "" if several["who"] is None else f"{several['who']}@"
    host, port = (",".join(parts) for parts in zip(*named, strict=True))
    return f"{several['scheme']}{who}{several['rest']}", {"host": host, "port": port}


def check_server_url(url: sa.URL) -> sa.URL:
    """Return the URL of a server with its options in libpq's terms.

    Raises:
        ValueError: an option or its value is unknown or not supported. The message quotes no value.
    """
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    for word, field in _FIELDS.items():
        if word in query:
            url = url.set(**{field: query.pop(word)})  # type: ignore[arg-type]  # each is a text
    if "ssl" in query:
        query.setdefault("sslmode", _tls_mode(query.pop("ssl")))
    if "fallback_application_name" in query:
        query.setdefault("application_name", query.pop("fallback_application_name"))
    if unknown := sorted(query.keys() - _FOLLOWED - _ASK_FOR_NOTHING.keys() - _NOT_FOLLOWED.keys()):
        raise ValueError(f"has options that are not known here: {', '.join(unknown)}")
    for name, value in query.items():
        _check_value(name, value)
    _check_tls(query)
    checked = url.set(query=query)
    _hosts(checked)
    return checked


def _tls_mode(value: str) -> str:
    """Translate the option `ssl`, as Java and the driver write it."""
    return "require" if value in _LIKE_TRUE else "disable" if value in _LIKE_FALSE else value


def _check_value(name: str, value: str) -> None:
    if name in _TAKES and value not in _TAKES[name]:
        raise ValueError(f"has another {name} than {', '.join(_TAKES[name])}")
    if name == "connect_timeout" and re.fullmatch(r"-?\d{1,6}", value) is None:
        raise ValueError("has a connect_timeout that is no whole number of seconds")
    changes_nothing = name in _FOLLOWED or value in _ASK_FOR_NOTHING.get(name, ())
    if not changes_nothing and name not in _NOT_FOLLOWED:
        raise ValueError(f"has an option that the bot cannot follow: {name}")


def _check_tls(query: Mapping[str, str]) -> None:
    """Find mistakes in certificate files at the start, not at the first connection."""
    for name in _FILES:
        if query.get(name, _SYSTEM) != _SYSTEM and not Path(query[name]).is_file():
            raise ValueError(f"names a file as {name} that is not there")
    mode = query.get("sslmode")
    if query.get("sslrootcert") == _SYSTEM and mode not in (None, "verify-full"):
        raise ValueError("has sslrootcert=system, which goes with sslmode=verify-full alone")
    if mode in ("verify-ca", "verify-full") and not _has_authority(query):
        raise ValueError(f"has sslmode={mode} without sslrootcert; sslrootcert=system takes what this machine trusts")
    try:
        _add_files(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), query)
    except OSError:
        raise ValueError("names a certificate or a key that cannot be read") from None


def _has_authority(query: Mapping[str, str]) -> bool:
    usual = os.path.expanduser("~/.postgresql/root.crt")  # noqa: PTH111 - pathlib raises where there is no home
    return "sslrootcert" in query or "PGSSLROOTCERT" in os.environ or Path(usual).is_file()


def _add_files(context: ssl.SSLContext, query: Mapping[str, str]) -> None:
    if query.get("sslrootcert", _SYSTEM) != _SYSTEM:
        context.load_verify_locations(cafile=query["sslrootcert"])
    if "sslcert" in query:
        # With an empty password, OpenSSL does not ask for one on the terminal.
        context.load_cert_chain(query["sslcert"], query.get("sslkey"), password="")


def _hosts(url: sa.URL) -> list[tuple[str | None, int | None]]:
    """Return the hosts with their ports, in order; None means the driver's default."""
    names = str(url.query["host"]).split(",") if "host" in url.query else [url.host]
    written = str(url.query["port"]).split(",") if "port" in url.query else ["" if url.port is None else str(url.port)]
    if any(port and not (port.isdecimal() and 0 < int(port) <= LAST_PORT) for port in written):
        raise ValueError(f"must name a port from 1 to {LAST_PORT}")
    ports = [int(port) if port else None for port in written]
    if len(ports) == 1:
        ports *= len(names)
    if len(ports) != len(names):
        raise ValueError("must name one port, or one for each host")
    return list(zip(names, ports, strict=True))


def not_followed(url: sa.URL) -> list[str]:
    """Return a sentence for each option of a URL that the bot does not follow."""
    asked = [name for name, value in url.query.items() if value not in _ASK_FOR_NOTHING.get(name, ())]
    return [f"DATABASE_URL: {name} is not followed: {_NOT_FOLLOWED[name]}." for name in asked if name in _NOT_FOLLOWED]


def connect_arguments(url: sa.URL, timeout: float) -> dict[str, Any]:
    """Return the driver's arguments for a server: a DSN for each host, and the total time-out in seconds."""
    query = {name: str(value) for name, value in url.query.items() if name in _FOLLOWED - _ADDRESS}
    if "connect_timeout" in query:
        asked = int(query.pop("connect_timeout"))
        # libpq takes 0 for no time-out, and 1 for 2.
        timeout = max(asked, 2) if asked > 0 else timeout
    arguments: dict[str, Any] = {"timeout": timeout}
    if query.get("sslrootcert") == _SYSTEM:
        arguments["ssl"] = ssl.create_default_context()
        _add_files(arguments["ssl"], query)
        query = {name: value for name, value in query.items() if not name.startswith("ssl")}
    return arguments | {"dsns": [_address(url, [host], query, url.password) for host in _hosts(url)]}


def native_url(url: sa.URL) -> str:
    """Return the URL of a server in the form for PostgreSQL's own programs, without the password."""
    query = {name: str(value) for name, value in url.query.items() if name in _OF_LIBPQ - _ADDRESS}
    return _address(url, _hosts(url), query, None)


def _address(
    url: sa.URL, hosts: list[tuple[str | None, int | None]], query: Mapping[str, str], password: str | None
) -> str:
    who = quote(url.username or "", safe="") + ("" if password is None else f":{quote(password, safe='')}")
    # The directory of a socket must be given as an option.
    named, folders = "", [host for host, _ in hosts if host is not None and host.startswith("/")]
    if folders:
        query = {"host": ",".join(folders), **_ports(hosts), **query}
    else:
        named = ",".join(_host(host, port) for host, port in hosts)
    options = f"?{urlencode(query, quote_via=quote)}" if query else ""
    path = f"/{quote(url.database, safe='')}" if url.database else ""
    return f"postgresql://{who}{'@' if who else ''}{named}{path}{options}"


def _ports(hosts: list[tuple[str | None, int | None]]) -> dict[str, str]:
    ports = ["" if port is None else str(port) for _, port in hosts]
    return {"port": ",".join(ports)} if any(ports) else {}


def _host(host: str | None, port: int | None) -> str:
    named = f"[{host}]" if host is not None and ":" in host else host or ""
    return named if port is None else f"{named}:{port}"
