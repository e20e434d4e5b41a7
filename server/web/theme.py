"""A campaign's colours as style sheets, and its seal."""

from __future__ import annotations

from server.campaign.colours import INK, READABLE, contrast, mixed, on_colour, sheet_of
from server.campaign.definition import DayPalette, NightPalette, Palette, Theme

_SHARES = (0.34, 0.28, 0.22, 0.16, 0.1, 0.05)
"""How much of the paper may be in the ink of lesser texts; the first that is readable is taken."""


def style_of(theme: Theme) -> str:
    """The custom properties that differ from those of static/css/theme.css; "" if none does.

    More specific than `:root` alone, so that the order of the style sheets does not matter.
    """
    rules = []
    if theme.light != DayPalette():
        rules.append(_rule("light", theme.light))
    if theme.dark != NightPalette() or rules:
        rules.append(f"@media (prefers-color-scheme: dark) {{ {_rule('dark', theme.dark)} }}")
    return "\n".join(rules)


def seal_of(theme: Theme) -> str:
    """What the seal says; "" where the drawn one of the pages does."""
    return "" if theme == Theme() else theme.seal


def _rule(scheme: str, palette: Palette) -> str:
    accent, paper = palette.accent, palette.paper
    sheet, ink = sheet_of(paper), INK[scheme]
    soft = _soft(ink, paper)
    colours = {
        "paper": paper,
        "paper-light": mixed(paper, sheet, 0.5),
        "sheet": sheet,
        "ink-soft": soft,
        "ink-faint": soft,
        "edge": mixed(paper, accent, 0.25),
        "cinnabar": accent,
        "cinnabar-deep": accent,
        "cinnabar-wash": sheet,
        "seal": accent,
        "on-cinnabar": on_colour(accent),
        "grid": mixed(sheet, accent, 0.32),
        "grid-edge": mixed(sheet, accent, 0.6),
    }
    return f"html:root {{ {' '.join(f'--{name}: {it};' for name, it in colours.items())} }}"


def _soft(ink: str, paper: str) -> str:
    """The ink of lesser texts."""
    for share in _SHARES:
        colour = mixed(ink, paper, share)
        if contrast(colour, paper) >= READABLE + 0.1:
            return colour
    return ink
