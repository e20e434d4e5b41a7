"""Debian's nginx as the floor: one process that serves from disk what the service answered.

Once with what Debian's nginx.conf says of files and of the log, and once tuned for files alone:
without a log, with open files kept.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.request import Request as UrlRequest
from urllib.request import urlopen

from bench.load.http import Request
from bench.processes import Program, running

PATHS = "/usr/local/sbin:/usr/sbin:/usr/bin:/usr/local/bin"

_CONFIGURATION = """
daemon off;
master_process off;
error_log stderr;
pid {folder}/nginx.pid;
events {{ worker_connections 8192; }}
http {{
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  keepalive_requests 10000;
{lines}
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    root {folder}/files;
{locations}
  }}
}}
"""
Tuning = Literal["debian", "files"]
"""Which nginx: as Debian ships it, or tuned for files."""

_LINES: dict[Tuning, str] = {
    "debian": "  access_log {folder}/access.log;",
    "files": "  access_log off;\n  open_file_cache max=1000;",
}

_OWN = {"date", "content-length", "connection", "server", "etag", "accept-ranges", "last-modified"}
"""Headers that nginx makes itself."""

_HEADER = re.compile(rb"\r\n([A-Za-z-]+): ([^\r]*)")


class NginxMissingError(Exception):
    """There is no nginx; scripts/test-needs installs it."""


@contextmanager
def nginx(
    folder: Path, http: str, requests: Sequence[Request], tuning: Tuning
) -> Iterator[Program]:
    """nginx, with what the service at `http` answers to these requests: each body as a browser gets
    it, compressed, with the same headers.

    Raises:
        NginxMissingError: see there.
    """
    program = shutil.which("nginx", path=PATHS)
    if program is None:
        raise NginxMissingError("there is no nginx; run scripts/test-needs")
    by_path = {request.path.partition("?")[0]: request for request in requests}
    locations = "".join(
        _location(folder, number, http, request) for number, request in enumerate(by_path.values())
    )

    def command(port: int) -> list[str]:
        configuration = folder / "nginx.conf"
        lines = _LINES[tuning].format(folder=folder)
        configuration.write_text(
            _CONFIGURATION.format(folder=folder, port=port, locations=locations, lines=lines)
        )
        return [program, "-p", str(folder), "-c", str(configuration)]

    with running(command, folder) as started:
        yield started


def _location(folder: Path, number: int, http: str, request: Request) -> str:
    """Store the answer, and tell nginx of it."""
    sent = {name.decode().lower(): value.decode() for name, value in _HEADER.findall(request.head)}
    wanted = {name: sent[name] for name in ("accept", "accept-encoding") if name in sent}
    with urlopen(UrlRequest(http + request.path, headers=wanted), timeout=10) as answer:
        body, headers = answer.read(), answer.headers
    files = folder / "files"
    files.mkdir(parents=True, exist_ok=True)
    (files / str(number)).write_bytes(body)
    added = "".join(
        f"      add_header {name} {_quoted(value)};\n"
        for name, value in headers.items()
        if name.lower() not in _OWN and name.lower() != "content-type"
    )
    path = request.path.partition("?")[0]
    return (
        f"    location = {path} {{\n      types {{}}\n"
        f"      default_type {_quoted(headers['content-type'])};\n{added}"
        f"      try_files /{number} =404;\n    }}\n"
    )


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
