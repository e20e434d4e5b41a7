"""A power cut leaves files that nothing reads: they are mended, or the error says how to."""

from __future__ import annotations

import asyncio
import shlex
import subprocess
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from server.store.append_only_file import FOLDER, MANIFEST
from server.store.embedded import EmbeddedError
from tests.integration.embedded_server import started

ZEROS = b"\0" * 5_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with three keys, of which a transaction has written the last two."""
    folder = tmp_path / "data"

    async def fill() -> None:
        async with started(folder) as client:
            await client.set("first", "*3\r\n$3\r\nSET\r\n")
            async with client.pipeline(transaction=True) as pipe:
                pipe.set("second", "2")
                pipe.set("third", "3")
                await pipe.execute()

    asyncio.run(fill())
    return folder


@pytest.fixture
def file(data: Path) -> Path:
    """What was written last."""
    return max((data / FOLDER).glob("*.incr.aof"))


def keys_after_a_start(data: Path) -> set[bytes]:
    async def read() -> set[bytes]:
        async with started(data) as client:
            return set(await client.keys("*"))

    return asyncio.run(read())


@pytest.mark.parametrize("zeros", [b"", ZEROS], ids=["torn", "zero-filled"])
@pytest.mark.parametrize(
    ("lost", "left"),
    [
        (0, {b"first", b"second", b"third"}),
        (5, {b"first"}),
        (60, {b"first"}),
    ],
)
def test_a_damaged_end_is_cut_off_after_a_copy(
    data: Path, file: Path, lost: int, zeros: bytes, left: set[bytes]
) -> None:
    whole = file.read_bytes()
    damaged = whole[: len(whole) - lost] + zeros
    file.write_bytes(damaged)
    with capture_logs() as said:
        assert keys_after_a_start(data) == left
    cuts = [line for line in said if "damaged end" in line["event"]]
    assert len(cuts) == (damaged != whole)
    for cut in cuts:
        copy = Path(cut["copy"]).read_bytes()
        kept = damaged[: len(damaged) - cut["bytes"]]
        assert kept + copy == damaged
        assert whole.startswith(kept)
    assert keys_after_a_start(data) == left


def test_what_is_damaged_in_the_middle_is_left_alone_and_the_error_says_what_to_do(
    data: Path, file: Path
) -> None:
    content = file.read_bytes()
    at = content.index(b"first")
    damaged = content[: at - 5] + b"\0" * 8 + content[at + 3 :]
    file.write_bytes(damaged)
    with pytest.raises(EmbeddedError, match="come back from the database of works") as caught:
        keys_after_a_start(data)
    assert file.read_bytes() == damaged
    command = str(caught.value).partition("start without them: ")[2].partition(" (")[0]
    subprocess.run(shlex.split(command), check=True)
    assert keys_after_a_start(data) == set()


@pytest.mark.parametrize("content", [b"", ZEROS, b"file appendonly.aof.1.ba"])
def test_a_damaged_manifest_comes_with_the_command_that_mends_it(
    data: Path, content: bytes
) -> None:
    (data / FOLDER / MANIFEST).write_bytes(content)
    with pytest.raises(EmbeddedError, match="printf") as caught:
        keys_after_a_start(data)
    command = str(caught.value).partition("mend it: ")[2]
    subprocess.run(command, shell=True, check=True)
    assert keys_after_a_start(data) == {b"first", b"second", b"third"}
