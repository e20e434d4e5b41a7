"""Works are exported as pictures and as a table, each of them whole."""

from __future__ import annotations

import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from server.archive.export.parquet import NoParquetError, Parquet
from server.archive.export.pictures import Kind, PictureFolder
from server.archive.publishing import content_of
from server.archive.review_state import ReviewState
from tests.integration.finished_works import make_work

WORKS = [content_of("default", make_work(number), ReviewState.PUBLIC) for number in range(2)]
SIZE = (1200, 630)


@pytest.mark.parametrize("kind", ["svg", "png", "webp"])
def test_a_folder_has_a_picture_of_each_work_and_keeps_those_that_are_there(
    kind: Kind, tmp_path: Path
) -> None:
    kept = tmp_path / f"{WORKS[0].id}.{kind}"
    kept.write_bytes(b"drawn before")
    folder = PictureFolder(tmp_path, kind)
    for work in WORKS:
        folder.write(work)
    folder.close()
    assert kept.read_bytes() == b"drawn before"
    (drawn,) = set(tmp_path.iterdir()) - {kept}
    assert drawn.name == f"{WORKS[1].id}.{kind}"
    if kind == "svg":
        assert drawn.read_text(encoding="utf-8").startswith("<svg")
        return
    with Image.open(drawn) as picture:
        picture.load()
        assert (picture.size, picture.format) == (SIZE, kind.upper())
        lightest, darkest = picture.convert("L").getextrema()
        assert lightest != darkest, "nothing is drawn"


def test_a_table_has_a_row_for_each_work() -> None:
    file = BytesIO()
    table = Parquet(file)
    for work in WORKS:
        table.write(work)
    table.close()
    parquet: Any = import_module("pyarrow.parquet")
    rows = parquet.read_table(file).to_pylist()
    assert [row["id"] for row in rows] == [work.id for work in WORKS]
    assert [row["serials"] for row in rows] == [[it.serial for it in work.hands] for work in WORKS]
    assert rows[1]["chars"] == [
        {"char": it.char, "seat": it.seat, "hand": it.hand, "strokes": it.strokes}
        for it in WORKS[1].chars
    ]


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(NoParquetError, match=r"pip install .*\[parquet\]"):
        Parquet(BytesIO())
