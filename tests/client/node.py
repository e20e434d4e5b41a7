"""The Node with which the tests run JavaScript: Playwright brings it, so they need no other one."""

from __future__ import annotations

from pathlib import Path

import playwright

NODE = Path(playwright.__file__).parent / "driver" / "node"
