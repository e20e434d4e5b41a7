"""A PostgreSQL of the tests' own, on a TCP port, that can be stopped and started again."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tests.service import free_port

SECONDS = 30.0
USER = "jielong"

OPTIONS = {"fsync": "off", "shared_buffers": "16MB", "max_connections": "60"}
"""A database that no machine's failure has to survive."""


class PostgreSQL:
    """One server; nothing of it stays after `remove`."""

    def __init__(self) -> None:
        """Make its files."""
        self.port = free_port()
        # Not below pytest's folder, which no other user may enter; and the server runs as no root.
        self._folder = Path(tempfile.mkdtemp(prefix="jielong-postgresql-"))
        self._account = _account() if os.geteuid() == 0 else None
        if self._account:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        self._run("initdb", "-U", USER, "--auth=trust", "--encoding=UTF8", "--no-sync")

    def start(self) -> None:
        """Start, and wait until it serves."""
        options = {"port": str(self.port), "listen_addresses": "127.0.0.1"} | OPTIONS
        options |= {"unix_socket_directories": str(self._folder)}
        words = " ".join(f"-c {name}={value}" for name, value in options.items())
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "-w", "-t", str(int(SECONDS)), "-l", log, "-o", words)

    def stop(self) -> None:
        """End it and every connection at once."""
        self._run("pg_ctl", "stop", "-m", "immediate")

    def remove(self) -> None:
        """Stop it and remove its files."""
        self.stop()
        shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """An empty database; its URL as `JIELONG_DATABASE_URL` takes it."""
        name = f"test_{time.monotonic_ns()}"
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *words: str) -> None:
        account = self._account
        done = subprocess.run(
            [find_program(program), *words],
            env=os.environ | {"PGDATA": str(self._folder / "data")},
            cwd=self._folder,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            timeout=2 * SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stdout}"


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def find_program(program: str) -> str:
    """Where one of PostgreSQL's programs is."""
    places = [shutil.which(program), *Path("/usr/lib/postgresql").glob(f"*/bin/{program}")]
    found = next((str(place) for place in places if place), None)
    assert found, f"{program} is not installed"
    return found
