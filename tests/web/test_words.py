"""The modules of the first screen use only texts that are loaded with them."""

from __future__ import annotations

import re
from pathlib import Path

from server.web.modules import needed

JS = Path(__file__).parent.parent.parent / "static" / "js"
ENTRIES = tuple(JS / f"{name}.js" for name in ("shared/text", "app/connect", "app/main"))
KEY = re.compile(r"^  (\w+):", re.MULTILINE)
USED = re.compile(r'\btext\("(\w+)"')


def test_no_module_of_the_first_screen_uses_lazy_texts() -> None:
    first = set(KEY.findall((JS / "strings" / "first" / "zh-CN.js").read_text()))
    lazy = set(KEY.findall((JS / "strings" / "lazy" / "zh-CN.js").read_text()))
    used = {key for module in needed(ENTRIES) for key in USED.findall(module.read_text())}
    assert len(used) > 15
    assert used <= first
    assert not first & lazy
