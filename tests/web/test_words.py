"""The first screen's modules say only what is in the words that are loaded with them."""

from __future__ import annotations

import re
from pathlib import Path

from server.web.modules import needed

JS = Path(__file__).parent.parent.parent / "static" / "js"
ENTRIES = tuple(JS / f"{name}.js" for name in ("strings", "connect", "main"))
KEY = re.compile(r"^  (\w+):", re.MULTILINE)
SAID = re.compile(r'\btext\("(\w+)"')


def test_no_module_of_the_first_screen_waits_for_later_words() -> None:
    first = set(KEY.findall((JS / "strings" / "zh-CN.js").read_text()))
    later = set(KEY.findall((JS / "later-strings" / "zh-CN.js").read_text()))
    said = {key for module in needed(ENTRIES) for key in SAID.findall(module.read_text())}
    assert len(said) > 15
    assert said <= first
    assert not first & later
