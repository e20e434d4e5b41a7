"""Draws one work as PNG: `python -m server.archive.rasterizer`, JSON in, the picture out.

It is a process of its own, because drawing holds the interpreter, and ink must not wait for that.
"""

from __future__ import annotations

import json
import sys

import resvg_py

from server.archive.drawing import draw


def main() -> None:
    """Read what `draw` takes from standard input; write the PNG to standard output."""
    request = json.load(sys.stdin.buffer)
    svg = draw(
        request["characters"],
        request["seal"],
        is_word=request["is_word"],
        direction=request["direction"],
    )
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True))


if __name__ == "__main__":
    main()
