"""Where the files for browsers are: below this package in a wheel, else at the checkout's top."""

from __future__ import annotations

from pathlib import Path

_BUILT = Path(__file__).resolve().with_name("public")
_CHECKOUT = Path(__file__).resolve().parents[2]

ROOT = _BUILT if _BUILT.is_dir() else _CHECKOUT
"""Holds both folders under the same names as in the addresses."""

STATIC = ROOT / "static"
CLIENT = ROOT / "client" / "js"
BUNDLE = STATIC / "bundle"
"""What `make assets` makes of the others."""
