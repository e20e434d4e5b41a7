"""The imports of the JavaScript modules form no cycle."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.client.node import NODE
from tests.service import ROOT

CHECK = ROOT / "scripts" / "import-cycles.mjs"

CYCLES = {
    "static imports": {
        "client/js/a.js": 'import { b } from "./b.js";',
        "client/js/b.js": 'export { c as b } from "./c.js";',
        "client/js/c.js": 'import "./a.js";\nexport const c = 1;',
    },
    "a dynamic import": {
        "static/js/a.js": 'import { b } from "./b.js";',
        "static/js/b.js": 'export const b = () => import("./a.js");',
    },
    "a dynamic import with a template": {
        "static/js/text.js": "const words = await import(`./strings/${language}.js`);",
        "static/js/strings/en.js": 'import "../text.js";',
    },
    "a type": {
        "static/js/a.js": '/** @import { B } from "./b.js" */\nexport class A {}',
        "static/js/b.js": 'import { A } from "./a.js";\nexport class B extends A {}',
    },
    "copied modules": {
        "client/miniprogram/pages/a.js": 'import "../jielong/client/js/b.js";',
        "client/js/b.js": 'import "../miniprogram/pages/a.js";',
    },
    "folders": {
        "static/js/home/a.js": 'import "../wall/b.js";',
        "static/js/home/c.js": "",
        "static/js/wall/b.js": "",
        "static/js/wall/d.js": 'import "../home/c.js";',
    },
}


def check(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [NODE, CHECK, project], capture_output=True, text=True, timeout=30, check=False
    )


def test_no_imports_of_the_project_form_a_cycle() -> None:
    checked = check(ROOT)
    assert checked.returncode == 0, checked.stderr
    assert int(checked.stdout.split()[0]) > 90


@pytest.mark.parametrize("modules", CYCLES.values(), ids=CYCLES.keys())
def test_a_cycle_is_found(tmp_path: Path, modules: dict[str, str]) -> None:
    write(tmp_path, modules)
    checked = check(tmp_path)
    assert checked.returncode == 1
    assert "cycle: " in checked.stderr


def test_an_import_of_a_missing_module_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"static/js/a.js": 'import("./gone.js");'})
    checked = check(tmp_path)
    assert checked.returncode == 1
    assert "static/js/gone.js, which does not exist" in checked.stderr


def write(project: Path, modules: dict[str, str]) -> None:
    for name, text in modules.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
