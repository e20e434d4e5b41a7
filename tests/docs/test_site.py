"""The documentation: nothing of it leads nowhere, and nothing of it is stale."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from scripts.docs import reference
from scripts.docs.__main__ import build
from scripts.docs.reference.language import Language, TextsError
from scripts.docs.stage import BrokenLinkError, broken, sources, stage
from server.relay import from_client, to_client
from server.settings import Settings
from tests.service import ROOT

DOCS = ROOT / "docs"
PROTOCOL = (DOCS / "build" / "protocol.md").read_text(encoding="utf-8")
LISTED = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.MULTILINE)

ENGLISH_ONLY = ("screens/", "changelog.md", "figures.md", "inside/contributing.md")
"""Pictures, measurements, and what contributors read."""

FACT = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+\.\d+)(?![\w.]*\d)|JIELONG_[A-Z_]+[A-Z]|jielong_\w+"
)
"""What is the same in every language: a figure such as 1,000 or 0.5, a setting, a metric."""


def levels(page: Path) -> list[int]:
    """How deep each heading of a page is, in their order."""
    text = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]


def facts(page: Path) -> set[str]:
    """The figures, settings and metrics that a page names."""
    return set(FACT.findall(page.read_text(encoding="utf-8")))


def listed(title: str) -> set[str]:
    """What the table of a section of the protocol's page lists."""
    section = PROTOCOL.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    return {name for row in LISTED.findall(section) for name in re.findall(r"\w+", row)}


def test_the_site_is_made_without_a_warning(capfd: pytest.CaptureFixture[str]) -> None:
    assert build() == 0, capfd.readouterr()
    made = ROOT / "build" / "site"
    pages = {path.parent.relative_to(made).as_posix() for path in made.rglob("index.html")}
    assert {".", "start", "zh", "operate/alarms", "operate/deployment", "compare"} <= pages


def test_every_page_is_in_the_menu() -> None:
    def files(entry: object) -> set[str]:
        if isinstance(entry, dict):
            return set().union(*map(files, entry.values()))
        return set().union(*map(files, entry)) if isinstance(entry, list) else {str(entry)}

    menu = files(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    assert menu == {target.as_posix() for target in sources().values()}


def test_a_page_is_in_chinese_too_with_the_same_headings_and_facts() -> None:
    pages = {target.as_posix(): source for source, target in sources().items()}
    english = {page for page in pages if not page.startswith(("zh/", *ENGLISH_ONLY))}
    assert {page for page in pages if page.startswith("zh/")} == {f"zh/{page}" for page in english}
    for page in sorted(english):
        assert levels(pages[f"zh/{page}"]) == levels(pages[page]), page
        assert facts(pages[f"zh/{page}"]) == facts(pages[page]), page


def test_a_drawing_is_in_chinese_too_with_other_words_alone() -> None:
    english = {path.relative_to(DOCS): path for path in DOCS.glob("inside/**/*.svg")}
    chinese = {path.relative_to(DOCS / "zh"): path for path in DOCS.glob("zh/**/*.svg")}
    assert english.keys() == chinese.keys()
    for name, path in english.items():
        both = (path.read_text(encoding="utf-8"), chinese[name].read_text(encoding="utf-8"))
        first, second = (re.sub(r">[^<>]+<", "><", text) for text in both)
        assert first == second, name


def test_a_link_to_nothing_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("[here](page.md), [there](nowhere.md), `[code](none.md)`")
    monkeypatch.setattr("scripts.docs.stage.ROOT", tmp_path)
    monkeypatch.setattr("scripts.docs.stage.sources", lambda: {page: Path("page.md")})
    assert broken() == ["page.md: nowhere.md"]
    with pytest.raises(BrokenLinkError, match="nowhere"):
        stage(tmp_path / "site")


def test_the_reference_is_what_the_code_says_in_each_language() -> None:
    assert reference.stale() == [], "run `make reference`"


def test_a_text_without_its_translation_and_one_without_its_text_are_errors() -> None:
    language = Language(DOCS, texts={"number": "数", "path": "路径"})
    assert language.say("number") == "数"
    assert language.say("whole number") == "whole number"
    with pytest.raises(TextsError) as error:
        language.raise_if_incomplete()
    assert str(error.value) == "add to zh.toml: whole number\nremove from zh.toml: path"


def test_the_operators_page_explains_every_setting() -> None:
    text = (DOCS / "operate" / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`JIELONG_(\w+)`", text))
    assert named == {name.upper() for name in Settings.model_fields}


def test_the_protocol_s_page_lists_every_message_and_error() -> None:
    assert listed("From a client") == from_client.TYPES
    passed_on = {"ink", "undo", "react"}
    own = {
        value.__struct_config__.tag
        for value in vars(to_client).values()
        if getattr(getattr(value, "__struct_config__", None), "tag_field", None) == "t"
    }
    assert listed("From the server") == own | passed_on
    assert listed("Errors") == set(get_args(to_client.ErrorCode))
