"""`python -m tests.vectors` writes the vectors anew from the server's types."""

from __future__ import annotations

from tests.vectors import FOLDER
from tests.vectors.files import files

for name, text in files().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
