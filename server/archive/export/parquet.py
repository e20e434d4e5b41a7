"""Works as a table for data tools: a Parquet file through pyarrow, the extra `parquet`."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import Any, BinaryIO

from server.archive.publishing import PublicWork
from server.extras import install

ROWS = 1_000
"""Works of a row group; so many are in memory at a time."""


class NoParquetError(Exception):
    """pyarrow is not installed; the message says how to."""


class Parquet:
    """Writes one row a work."""

    def __init__(self, file: BinaryIO) -> None:
        """Write to `file`.

        Raises:
            NoParquetError: pyarrow is not installed.
        """
        try:
            self._arrow: Any = import_module("pyarrow")
            parquet: Any = import_module("pyarrow.parquet")
        except ImportError as error:
            raise NoParquetError(
                f"Parquet needs pyarrow; install it with {install('parquet')}"
            ) from error
        self._schema = _schema(self._arrow)
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._rows: list[dict[str, object]] = []

    def write(self, work: PublicWork) -> None:
        """Write one work."""
        self._rows.append(_row(work))
        if len(self._rows) == ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(self._arrow.Table.from_pylist(self._rows, self._schema))
        self._rows.clear()


def _schema(arrow: Any) -> Any:
    """The columns: those of the API, the phrase's keys in columns of their own."""
    text, strokes = arrow.string(), arrow.list_(arrow.list_(arrow.int32()))
    char = [("char", text), ("seat", arrow.int8()), ("hand", arrow.int16()), ("strokes", strokes)]
    return arrow.schema(
        [
            ("id", text),
            ("campaign", text),
            ("phrase", text),
            ("text", text),
            ("locale", text),
            ("completed_at", arrow.timestamp("ms", tz="UTC")),
            ("review", text),
            ("serials", arrow.list_(arrow.int64())),
            ("chars", arrow.list_(arrow.struct(char))),
        ]
    )


def _row(work: PublicWork) -> dict[str, object]:
    return {
        "id": work.id,
        "campaign": work.campaign,
        "phrase": work.phrase.id,
        "text": work.phrase.text,
        "locale": work.phrase.locale,
        "completed_at": datetime.fromisoformat(work.completed_at),
        "review": work.review,
        "serials": [hand.serial for hand in work.hands],
        "chars": [
            {"char": it.char, "seat": it.seat, "hand": it.hand, "strokes": it.strokes}
            for it in work.chars
        ],
    }
