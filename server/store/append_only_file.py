"""The end of the append-only file after a power cut: it may be torn, or filled with zeros.

The file is a row of commands in RESP. What follows the last whole command, or the last whole
transaction, was never confirmed to be on disk, and can be cut off.
"""

from __future__ import annotations

import mmap
import os
import re
from dataclasses import dataclass
from pathlib import Path

Buffer = mmap.mmap | bytes

FOLDER = "appendonlydir"
MANIFEST = "appendonly.aof.manifest"

_COMMAND = re.compile(rb"\*(\d{1,9})\r\n")
_LENGTH = re.compile(rb"\$(\d{1,9})\r\n")
_NEXT = re.compile(rb"\r\n\*\d")
_ENTRY = re.compile(r"file (\S+) seq (\d+) type ([bih])")
_FILE = re.compile(r"appendonly\.aof\.(\d+)\.(base\.rdb|base\.aof|incr\.aof)")


@dataclass(frozen=True)
class Cut:
    """What was cut off.

    Attributes:
        file: the file that was cut.
        size: how many bytes were cut off.
        copy: where they are now.
    """

    file: Path
    size: int
    copy: Path


class ManifestError(Exception):
    """The manifest cannot be read."""


def cut_damaged_end(data: Path) -> Cut | None:
    """Cut a torn or zero-filled end off the file that was written last, after a copy.

    None when the file has no such end: it is whole, or commands follow the damage.

    Raises:
        ManifestError: the manifest cannot be read.
        OSError: a file cannot be read or written.
    """
    file = data / FOLDER / _last_file(data / FOLDER / MANIFEST)
    size = file.stat().st_size
    if not size:
        return None
    with file.open("r+b") as opened:
        with mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
            whole = _whole_commands(content)
            if whole is None or whole == size:
                return None
            copy = file.with_name(f"{file.name}.cut-at-{whole}")
            with copy.open("wb") as kept:
                kept.write(content[whole:])
                kept.flush()
                os.fsync(kept.fileno())
        opened.truncate(whole)
        os.fsync(opened.fileno())
    return Cut(file, size - whole, copy)


def manifest_of_files(data: Path) -> str:
    """The manifest that fits the files that are there: the newest base, and what came after it."""
    found = sorted(
        (int(name[1]), "i" if name[2] == "incr.aof" else "b", path.name)
        for path in (data / FOLDER).iterdir()
        if (name := _FILE.fullmatch(path.name))
    )
    newest = max((number for number, kind, _ in found if kind == "b"), default=0)
    return "".join(
        f"file {name} seq {number} type {kind}\n"
        for number, kind, name in sorted(found, key=lambda it: it[1])
        if number >= newest
    )


def _last_file(manifest: Path) -> str:
    """The file that was appended to last."""
    try:
        entries = _ENTRY.findall(manifest.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(str(error)) from error
    files = [(kind == "i", int(number), str(name)) for name, number, kind in entries if kind != "h"]
    if not files:
        raise ManifestError(f"{manifest} names no file")
    *_, name = max(files)
    return name


def _whole_commands(content: Buffer) -> int | None:
    """Where the last whole command or transaction ends; None when commands follow the damage."""
    at = whole = 0
    in_transaction = False
    while (command := _command(content, at)) is not None:
        at, name = command
        in_transaction = name == b"MULTI" or (in_transaction and name != b"EXEC")
        if not in_transaction:
            whole = at
    if _any_command_after(content, at):
        return None
    return whole


def _any_command_after(content: Buffer, at: int) -> bool:
    """Whether a whole command begins anywhere behind a damaged one."""
    return any(_command(content, found.start() + 2) for found in _NEXT.finditer(content, at))


def _command(content: Buffer, at: int) -> tuple[int, bytes] | None:
    """Where the command or comment at this place ends, and its name; None if it is not whole."""
    if content[at : at + 1] == b"#":
        end = content.find(b"\r\n", at)
        return None if end < 0 else (end + 2, b"")
    head = _COMMAND.match(content, at)
    if head is None:
        return None
    end, name = head.end(), b""
    for number in range(int(head[1])):
        length = _LENGTH.match(content, end)
        if length is None:
            return None
        start, end = length.end(), length.end() + int(length[1])
        if content[end : end + 2] != b"\r\n":
            return None
        if number == 0:
            name = bytes(content[start:end]).upper()
        end += 2
    return end, name
