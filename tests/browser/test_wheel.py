"""The wheel alone, outside the checkout: it holds everything that the service reads."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.browser.conftest import Stranger
from tests.browser.journey import write_a_work
from tests.installed import build_sdist, build_wheel, install, unpack
from tests.service import ROOT, Service

IMPORT_SECONDS = 30
PLACES = {
    "server": "server",
    "static": "server/web/public/static",
    "client/js": "server/web/public/client/js",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the sdist."""
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(unpack(build_sdist(folder), folder), folder)


@pytest.fixture(scope="module")
def python(wheel: Path) -> Path:
    """The `python` of an environment with nothing of ours but the wheel."""
    return install(wheel.parent / "environment", wheel)


def test_the_wheel_is_the_same_from_the_checkout_and_from_the_sdist(
    wheel: Path, tmp_path: Path
) -> None:
    names = []
    for built in (build_wheel(ROOT, tmp_path), wheel):
        with ZipFile(built) as opened:
            names.append(sorted(opened.namelist()))
    assert names[0] == names[1]
    assert set(served_files()) <= set(names[0])


def served_files() -> Iterator[str]:
    """The places in the wheel of all that the service reads: code, Lua, templates, the page, ..."""
    for folder, place in PLACES.items():
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"{place}/{path.relative_to(ROOT / folder).as_posix()}"


def test_the_wheel_brings_its_own_packages(python: Path, tmp_path: Path) -> None:
    code = "import server; print(server.__file__)"
    found = subprocess.check_output(
        [python, "-c", code], cwd=tmp_path, text=True, timeout=IMPORT_SECONDS
    )
    assert Path(found).is_relative_to(python.parents[1])


def test_a_service_without_the_client_says_how_to_get_it(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [python.with_name("jielong"), "conformance", "ws://127.0.0.1:1/ws"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=IMPORT_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "install jielong_client-" in done.stderr


async def test_strangers_write_a_work_with_the_service_of_the_wheel(
    stranger: Stranger, serve: Callable[..., Service], python: Path, tmp_path: Path
) -> None:
    service = serve(command=(python.with_name("jielong"), "serve"), cwd=tmp_path)
    one, loaded = await write_a_work(stranger, service)
    picture = await one.page.request.get(f"{one.page.url.partition('#')[0]}/picture.png")
    assert picture.ok
    assert loaded.missing == []
