"""The page in its languages, and with reduced motion."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import barriers
from tests.browser.conftest import Stranger
from tests.browser.participant_page import ParticipantPage, open_room, write
from tests.browser.strokes import CHARACTERS
from tests.service import ROOT, Service

LANGUAGES = {"zh-CN": "开始", "zh-TW": "開始", "en": "Begin", "ja": "はじめる"}

KEYS = """async ([folder, names]) => {
  const load = (name) => import(`/static/js/strings/${folder}/${name}.js`);
  const modules = await Promise.all(names.map(load));
  return modules.map((module) => Object.entries(module.default));
}"""


@pytest.mark.parametrize("folder", ["first", "lazy", "work"])
async def test_every_language_has_the_same_words_to_fill_in(
    stranger: Stranger, shared: Service, folder: str
) -> None:
    one = await stranger(shared)
    names = [path.stem for path in (ROOT / "static/js/strings" / folder).glob("*.js")]
    assert sorted(names) == sorted(LANGUAGES)
    tables = [dict(entries) for entries in await one.page.evaluate(KEYS, [folder, names])]
    for name, table in zip(names, tables, strict=True):
        assert table.keys() == tables[0].keys(), name
        for key, words in table.items():
            assert fields(words) == fields(tables[0][key]), (name, key)


def fields(words: str) -> set[str]:
    return {part.split("}")[0] for part in words.split("{")[1:]}


@pytest.mark.parametrize(
    ("browser_language", "language"),
    [
        ("zh-CN", "zh-CN"),
        ("zh-HK", "zh-TW"),
        ("zh-TW", "zh-TW"),
        ("en-GB", "en"),
        ("ja-JP", "ja"),
        ("pt-BR", "en"),
    ],
)
async def test_the_page_speaks_the_browsers_language(
    stranger: Stranger, shared: Service, browser_language: str, language: str
) -> None:
    one = await stranger(shared, locale=browser_language)
    await one.is_in("idle")
    await expect(one.see("join")).to_have_text(LANGUAGES[language])
    await expect(one.page.locator("html")).to_have_attribute("lang", language)
    assert await barriers(one.page) == []


async def test_another_language_can_be_chosen_in_the_middle_of_a_character(
    stranger: Stranger, service: Service
) -> None:
    one, two = await stranger(service, "/?phrase=jiayou"), await stranger(service)
    await open_room(one, two)
    await one.draw(*CHARACTERS[0])
    await one.see("settings").click()
    assert await barriers(one.page) == []
    await one.see("settings-language").select_option("ja")
    await expect(one.see("commit")).to_have_text("できた")
    await one.sees_ink()
    await one.commit()
    await two.is_in("my-turn")


@pytest.mark.parametrize("locale", ["en-US", "ja-JP", "zh-TW"])
async def test_a_whole_relay_fits_and_is_announced_in_every_language(
    stranger: Stranger, service: Service, locale: str
) -> None:
    narrow = {"viewport": {"width": 360, "height": 640}, "locale": locale}
    one = await stranger(service, "/?phrase=jiayou", **narrow)
    two = await stranger(service, "/?phrase=jiayou", **narrow)
    await one.is_in("idle")
    await fits(one)
    await open_room(one, two)
    await fits(one)
    await expect(two.see("announcer")).to_contain_text("加")
    await write(one, *CHARACTERS[0])
    await write(two, *CHARACTERS[1])
    await one.is_in("done")
    await fits(one)


async def fits(participant: ParticipantPage) -> None:
    """Nothing sticks out, and the buttons show their words."""
    assert (
        await participant.page.evaluate(
            """() => {
          const wide = document.documentElement.scrollWidth > document.documentElement.clientWidth;
          const cut = [...document.querySelectorAll('button')]
            .filter((b) => b.offsetParent && b.scrollWidth > b.clientWidth + 1)
            .map((b) => b.textContent);
          return wide ? ['page', ...cut] : cut;
        }"""
        )
        == []
    )


async def test_less_motion_is_heeded(stranger: Stranger, service: Service) -> None:
    one = await stranger(service, "/?phrase=jiayou", reduced_motion="reduce")
    await one.join()
    await one.is_in("waiting")
    await expect(one.see("guide-strokes").locator("path")).to_have_count(1)
    await one.see("order").click()
    await expect(one.see("stroke-order").locator("text")).to_have_count(5)
    running = await one.page.evaluate(
        """() => document.getAnimations()
          .filter((a) => a.playState === 'running')
          .map((a) => a.effect.getComputedTiming())
          .filter((t) => t.activeDuration > 20).length"""
    )
    assert running == 0
