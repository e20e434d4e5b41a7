"""What can be seen of the Lua library without a server."""

from __future__ import annotations

import re

from server.store import library


def test_the_probe_asks_about_every_command_that_the_library_sends() -> None:
    sent = set(re.findall(r"call\('([A-Z]+)'", library.CODE))
    needed = library.CODE.partition("local NEEDED = {")[2].partition("\n}")[0]
    assert sent <= {words.split()[0] for words in re.findall("'([^']+)'", needed)}
