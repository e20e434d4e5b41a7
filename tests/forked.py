"""Processes of `jielong` that are forked from one which has imported it already.

To import it takes two seconds of CPU on a slow machine, and the tests start it some hundred times.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from server.cli.commands import NAMES

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [*(f"server.cli.{name}" for name in NAMES), "server.archive.migration_steps", __name__]
)


class ForkedProcess:
    """What the tests need of `subprocess.Popen`, for a forked process."""

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        cwd: Path,
        out: Path,
        errors: Path | None = None,
        given: Path = Path(os.devnull),
        *,
        may_fork: bool = False,
    ) -> None:
        """Start `jielong` with these arguments, with the file `given` as its standard input.

        What it prints is appended to `out`, and its errors to `errors`, or to `out`, too. It ends
        with the tests at the latest, unless it may use processes of `multiprocessing` itself.
        """
        files = str(out), str(errors or out), str(given)
        self._process = _context.Process(
            target=_run,
            args=(list(arguments), dict(environment), str(cwd), *files),
            daemon=not may_fork,
        )
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit status, if it has ended."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status, when it has ended.

        Raises:
            subprocess.TimeoutExpired: it has not after `timeout` seconds.
        """
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("jielong", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it has not ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it."""
        self.send_signal(signal.SIGKILL)


def run_to_the_end(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    cwd: Path,
    seconds: float,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run `jielong` with these arguments and `given` as its input, as `subprocess.run` does.

    Raises:
        subprocess.TimeoutExpired: it has not ended after so many seconds.
    """
    with tempfile.TemporaryDirectory() as folder:
        out, errors, input_ = (Path(folder) / name for name in ("out", "errors", "input"))
        input_.write_text(given, encoding="utf-8")
        process = ForkedProcess(arguments, environment, cwd, out, errors, input_, may_fork=True)
        try:
            status = process.wait(seconds)
        finally:
            process.kill()
        said = [path.read_text(encoding="utf-8") for path in (out, errors)]
    return subprocess.CompletedProcess(["jielong", *arguments], status, *said)


def _run(
    arguments: list[str], environment: dict[str, str], cwd: str, out: str, errors: str, given: str
) -> None:
    gc.freeze()  # The parent has it, too: to look through all of it takes longer than a start.
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(cwd)
    writing = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    os.dup2(os.open(given, os.O_RDONLY), 0)
    for number, path in ((1, out), (2, errors)):
        os.dup2(os.open(path, writing), number)
    sys.stdin = os.fdopen(0, encoding="utf-8")  # multiprocessing has put nothing in its place.
    from server.cli.app import main  # noqa: PLC0415  (imported by the process that forks)

    sys.argv = ["jielong", *arguments]
    main()
