"""Every block of code in the documentation is run or checked, or `not_run.py` says why not."""

from __future__ import annotations

import re

from scripts.docs.stage import ROOT
from tests.docs.blocks import blocks, blocks_of, commands_of, pages, without_comments
from tests.docs.not_run import NOT_RUN, reason_not_to_run

WHOLE_LANGUAGES = {"python", "sh", "js", "toml", "html", "promql"}
"""Every block in them is run or checked: test_snippets.py, test_shown.py, test_js_programs.py."""

CHECKED_BY = {
    "README.md: JIELONG_ADMIN_PASSWORD": "docs/test_consoles.py",
    "operate/backup.md: pg_dump": "integration/test_databases.py",
    "operate/console.md: JIELONG_ADMIN_PASSWORD": "docs/test_consoles.py",
    "operate/console.md: jielong admin add": "docs/test_consoles.py",
    "operate/doctor.md: jielong doctor": "docs/test_consoles.py",
    "operate/doctor.md: ok guard": "docs/test_consoles.py",
    "operate/durability.md: SENTINEL DEBUG": "docs/test_shown.py",
    "operate/logs.md: {": "cli/test_logs.py",
    "operate/redis.md: ACL SETUSER": "integration/test_secure_store.py",
    "operate/redis.md: rediss://": "integration/test_secure_store.py",
    "operate/rehearse.md: 141 people": "rehearsal/test_report.py",
    "operate/traces.md: .venv/bin/pip install": "integration/test_traces.py",
    "start.md: ": "docs/test_start.py",
}
"""The other blocks whose names begin so, and the test that runs or checks them."""

COMMANDS_RUN_BY = {
    "make run": "docs/test_consoles.py",
    "JIELONG_WORKERS=4 make run": "integration/test_service.py",
    "JIELONG_REDIS_URL=redis://10.0.0.5 make run": "integration/test_two_workers.py",
}
"""The same for single commands: `make run` is run once, its settings where they are tested."""

SETTINGS_ALONE = re.compile(r"(JIELONG_\w+=\S+ ?)+")
"""test_commands.py looks whether they are known."""


def is_covered(command: str) -> bool:
    """Whether a command is run, or said not to be."""
    is_run = command in COMMANDS_RUN_BY or SETTINGS_ALONE.fullmatch(command)
    return bool(is_run or reason_not_to_run(command))


def test_every_block_is_run_or_checked_or_said_not_to_be() -> None:
    for block in blocks():
        if block.language in WHOLE_LANGUAGES or block.name.startswith(tuple(CHECKED_BY)):
            continue
        assert block.language == "console", f"{block.name}: no test knows a block of this kind"
        for command in commands_of(block.code):
            assert is_covered(command), f"{block.name}: run {command}, or say why not in not_run.py"


def test_what_is_said_of_blocks_is_about_blocks_that_there_are() -> None:
    names = [block.name for block in blocks()]
    lines = [line for block in blocks("sh", "console") for line in commands_of(block.code)]
    for name in CHECKED_BY:
        assert any(it.startswith(name) for it in names), name
    assert set(lines) >= COMMANDS_RUN_BY.keys()
    for test in (*CHECKED_BY.values(), *COMMANDS_RUN_BY.values()):
        assert (ROOT / "tests" / test).is_file(), test
    for begin in NOT_RUN:
        assert any(re.match(begin, line) for line in lines), begin
    for named in re.findall(r"tests/\w+/\w+\.py", " ".join(NOT_RUN.values())):
        assert (ROOT / named).is_file(), named


def test_a_chinese_page_has_the_same_blocks_but_for_comments() -> None:
    for page in pages():
        if page.startswith("zh/"):
            both = (blocks_of(it) for it in (page, page.removeprefix("zh/")))
            chinese, english = (
                [(it.language, without_comments(it.code)) for it in found] for found in both
            )
            assert chinese == english, page


def test_every_block_is_fenced_and_says_its_language() -> None:
    for page, path in pages().items():
        text = path.read_text(encoding="utf-8")
        assert all(block.language for block in blocks_of(page)), page
        fences = re.findall(r"^ *```", text, re.MULTILINE)
        assert len(fences) == 2 * len(blocks_of(page)), page
        sentences = re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert re.findall(r"(?:^|\n\n) {4,}(?![|*-])\S.*", sentences) == [], page
