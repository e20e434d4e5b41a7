"""What a page's scripts import, found in their text."""

from __future__ import annotations

from pathlib import Path

from server.web.modules import needed

MODULES = {
    "main.js": 'import "./first.js";\nimport {\n  a,\n} from "./a.js";\n',
    "first.js": "// imports nothing\n",
    "a.js": 'export { b } from "./deep/b.js";\nconst later = () => import("./later.js");\n',
    "deep/b.js": 'import { first } from "../first.js";\n',
    "later.js": "",
}


def test_every_module_is_found_once_and_those_fetched_later_are_not(tmp_path: Path) -> None:
    for name, text in MODULES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    found = needed((tmp_path / "main.js",))
    names = [str(path.relative_to(tmp_path)) for path in found]
    assert names == ["main.js", "first.js", "a.js", "deep/b.js"]
