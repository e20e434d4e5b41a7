"""Thousands who ask at once cost one read, and nobody gets what was read before they asked."""

from __future__ import annotations

import asyncio

from server.archive.gathered_reads import GatheredReads

LIMIT = 10.0


class Source:
    """Values that change, behind reads that end when they are told to."""

    def __init__(self) -> None:
        self.value = 0
        self.reads: list[set[str]] = []
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    async def read(self, keys: set[str]) -> dict[str, int]:
        self.reads.append(set(keys))
        self.began.set()
        value = self.value
        await self.may_end.wait()
        if "bad" in keys:
            raise OSError("away")
        return {key: value for key in keys if key != "unknown"}


async def test_those_who_ask_during_a_read_share_the_next_one() -> None:
    source = Source()
    reads = GatheredReads(source.read, "reads")
    source.may_end.clear()
    async with asyncio.timeout(LIMIT):
        first = asyncio.create_task(reads.of(["a"]))
        await source.began.wait()
        source.value = 1
        later = [asyncio.create_task(reads.of([key, "unknown"])) for key in "abcab"]
        await asyncio.sleep(0)
        source.may_end.set()
        assert await first == {"a": 0}
        assert await asyncio.gather(*later) == [{key: 1} for key in "abcab"]
    assert source.reads == [{"a"}, {"a", "b", "c", "unknown"}]


async def test_one_who_goes_does_not_take_the_answer_from_others() -> None:
    source = Source()
    reads = GatheredReads(source.read, "reads")
    async with asyncio.timeout(LIMIT):
        goes, stays = (asyncio.create_task(reads.of(["a"])) for _ in range(2))
        await asyncio.sleep(0)
        goes.cancel()
        assert await stays == {"a": 0}
    assert len(source.reads) == 1


async def test_an_error_is_told_to_all_and_the_next_read_is_a_new_one() -> None:
    source = Source()
    reads = GatheredReads(source.read, "reads")
    async with asyncio.timeout(LIMIT):
        asked = [reads.of(["bad"]), reads.of(["a"])]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(answer) for answer in answers] == [OSError, OSError]
        assert await reads.of(["a"]) == {"a": 0}


async def test_nothing_is_read_for_no_keys() -> None:
    source = Source()
    assert await GatheredReads(source.read, "reads").of([]) == {}
    assert not source.reads
