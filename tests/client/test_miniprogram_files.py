"""The files of the mini-program: types, templates, and what WeChat asks of a package."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.service import ROOT

SOURCE = ROOT / "client" / "miniprogram"
TOOLS = ROOT / "tests" / "tools" / "node_modules"
PAGES: list[str] = json.loads((SOURCE / "app.json").read_text())["pages"]
SECONDS = 60

PACKAGE_BYTES = 2 * 1024 * 1024
"""WeChat's limit for the main package."""

NEEDS_PRIVACY = (
    "saveImageToPhotosAlbum",
    "setClipboardData",
    "chooseImage",
    "getLocation",
    "login",
)
"""What WeChat's privacy rules cover, and `login`."""

COMPONENTS = {"view", "text", "button", "canvas", "picker", "image", "progress", "web-view"}
WORD = re.compile(r"(?<![.\w'\"])[a-zA-Z_]\w*")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mini-program with its copy of the core, as WeChat's DevTools see it."""
    root = tmp_path_factory.mktemp("miniprogram")
    copy = root / "client" / "miniprogram"
    shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("jielong"))
    for name in ("client/js", "static/js", "static/vendor"):
        shutil.copytree(ROOT / name, root / name)
    subprocess.run([copy / "copy-core"], check=True, timeout=SECONDS)
    (root / "node_modules").symlink_to(TOOLS)
    return copy


def test_the_types_fit_those_of_wechat(program: Path) -> None:
    done = subprocess.run(
        [TOOLS / ".bin" / "tsc", "-p", program],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_it_is_small_enough_for_one_package(program: Path) -> None:
    project = json.loads((SOURCE / "project.config.json").read_text())
    ignored = tuple(rule["value"] for rule in project["packOptions"]["ignore"])
    files = [path for path in program.rglob("*") if path.is_file()]
    packed = [path for path in files if not path.name.endswith(ignored)]
    assert sum(path.stat().st_size for path in packed) < PACKAGE_BYTES / 4
    kinds = {path.suffix or path.name for path in packed}
    assert kinds == {".js", ".json", ".wxml", ".wxss", "LICENSE"}


def test_it_asks_for_nothing_private_without_authorisation() -> None:
    for path in SOURCE.rglob("*.js"):
        code = path.read_text(encoding="utf-8")
        used = [name for name in NEEDS_PRIVACY if f"wx.{name}(" in code]
        if used:
            assert "withPrivacy(" in code, f"{path.name}: {used}"
            assert "login" not in used
    assert json.loads((SOURCE / "app.json").read_text())["__usePrivacyCheck__"] is True


class Template(HTMLParser):
    """What a template uses: elements, handlers of events, and names of the page's data."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.handlers: set[str] = set()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))
        assert self.open == [], f"{path.name}: not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.elements.add(tag)
        for name, value in attrs:
            if name.startswith(("bind", "catch")):
                self.handlers.add(value or "")
            self._expressions(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self._expressions(data)

    def _expressions(self, text: str) -> None:
        for expression in re.findall(r"\{\{(.*?)\}\}", text, re.DOTALL):
            bare = re.sub(r"'[^']*'", "", expression)
            self.names.update(WORD.findall(bare))


@pytest.mark.parametrize("page", PAGES)
def test_a_template_uses_what_its_page_has(page: str) -> None:
    template = Template(SOURCE / f"{page}.wxml")
    code = (SOURCE / f"{page}.js").read_text(encoding="utf-8")
    view = SOURCE / Path(page).parent / "view.js"
    values = code + (view.read_text(encoding="utf-8") if view.exists() else "")
    assert template.elements <= COMPONENTS
    methods = set(re.findall(r"^  (?:async )?(\w+)\(", code, re.MULTILINE))
    assert template.handlers <= methods
    given = set(re.findall(r"(\w+)[,:]", values)) | {"true", "false"}
    assert template.names - given - {"item", "index"} == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_its_files(page: str) -> None:
    for ending in (".js", ".json", ".wxml"):
        assert (SOURCE / f"{page}{ending}").is_file()


def test_the_library_floor_is_said_once() -> None:
    floor = json.loads((SOURCE / "project.config.json").read_text())["libVersion"]
    assert f"base library {floor}" in (SOURCE / "README.md").read_text(encoding="utf-8")
