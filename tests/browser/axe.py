"""Checks accessibility with axe-core: WCAG 2.2 A and AA and its best practices, light and dark."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.async_api import Page

AXE = (Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js").read_text()

EVERYTHING = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]

RUN = """async (runOnly) => {
  // What fades in would be judged half there; a change of colour may set off another within.
  for (let i = 0; i < 3; i += 1)
    await Promise.all(document.getAnimations()
      .filter((a) => a.playState === "running" && a.effect.getComputedTiming().endTime < 5000)
      .map((a) => a.finished.catch(() => {})));
  // To describe what is well takes as long as to find what is not.
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 150)} ${failureSummary}`));
}"""


async def barriers(page: Page) -> list[str]:
    """What axe-core objects to on the page as it is; empty when all is well."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    found: list[str] = await page.evaluate(RUN, EVERYTHING)
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    schemes: list[Literal["light", "dark"]] = ["light", "dark"]
    await page.emulate_media(color_scheme=schemes[not dark])
    found += await page.evaluate(RUN, COLOURS)
    await page.emulate_media(color_scheme=schemes[dark])
    return found
