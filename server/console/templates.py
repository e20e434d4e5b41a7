"""Fills the console's templates, in the language of who asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import jinja2

from server.campaign.amounts import grouped_amount
from server.console.texts import LANGUAGES, Translate, read_texts, translator

_FOLDER = Path(__file__).with_name("templates")


class Templates:
    """The templates of one service.

    Attributes:
        base: the console's address, which is in front of every path of it.
    """

    def __init__(self, base: str, asset: Callable[[str], str]) -> None:
        """`asset` gives the address of a file of `assets`."""
        self.base = base
        self._translators = {name: translator(texts) for name, texts in read_texts().items()}
        self._environment = jinja2.Environment(
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            loader=jinja2.FileSystemLoader(_FOLDER),
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )
        self._environment.globals |= {"base": base, "asset": asset, "languages": LANGUAGES}
        self._environment.filters |= {
            "utc": _utc,
            "iso": _iso,
            "grouped": "{:,}".format,
            "money": grouped_amount,
        }

    def translate(self, language: str) -> Translate:
        """What translates into this language."""
        return self._translators.get(language) or translator({})

    def render(self, name: str, language: str, values: Mapping[str, object]) -> str:
        """The template `name.html`, filled in."""
        t = self.translate(language)
        template = self._environment.get_template(f"{name}.html")
        return template.render({"t": t, "language": language, **values})


def _at(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000, UTC)


def _utc(at: int) -> str:
    return f"{_at(at):%Y-%m-%d %H:%M:%S} UTC"


def _iso(at: int) -> str:
    return f"{_at(at):%Y-%m-%dT%H:%M:%SZ}"
