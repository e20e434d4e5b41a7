"""Small phones and large letters, and what is out of reach there."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import PHONE

LARGE_LETTERS = """addEventListener("DOMContentLoaded",
  () => (document.documentElement.style.fontSize = "200%"))"""
REACHED = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  const out = [...document.querySelectorAll("main :is(button, a, canvas, h2, [data-testid])")]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen"))
    .filter((e) => {
      const { left, right } = e.getBoundingClientRect();
      return left < -1 || right > clientWidth + 1;
    })
    .map((e) => e.dataset.testid ?? e.className);
  return scrollWidth > clientWidth ? ["page", ...out] : out;
}"""
"""What sticks out at the sides."""


def phone(width: int, height: int, **more: Any) -> dict[str, Any]:
    return {**PHONE, "viewport": {"width": width, "height": height}, **more}
