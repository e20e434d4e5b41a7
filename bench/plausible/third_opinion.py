"""What zinnia reads of the samples, beside our verdicts: whether the generated hands can be read by
somebody else at all, and whether the hostile ink that passes shows what was asked after all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from bench.plausible.figures import Judged
from bench.plausible.samples import Sample
from bench.plausible.zinnia import Zinnia
from server.plausible.shapes import Shapes

Shares = dict[str, float]


def opinion(zinnia: Zinnia, shapes: Shapes, ways: Mapping[str, Judged]) -> dict[str, object]:
    """How often zinnia reads the asked character first, and among its ten best, in percent.

    By kind of ink, and by our verdicts; of the characters of which zinnia knows a form only.
    """
    samples = next(iter(ways.values())).samples
    asked = [i for i, one in enumerate(samples) if shapes.same(one.char) & zinnia.known]
    answers = zinnia.read([samples[i].ink for i in asked])
    ranks = {
        i: _rank(best, shapes.same(samples[i].char)) for i, best in zip(asked, answers, strict=True)
    }
    kinds: defaultdict[str, list[int | None]] = defaultdict(list)
    for i, rank in ranks.items():
        kinds[_who(samples[i])].append(rank)
        kinds[samples[i].kind].append(rank)
    return {"kinds": _table(kinds)} | {
        name: _table(_by_verdict(ranks, judged)) for name, judged in ways.items()
    }


def _by_verdict(
    ranks: Mapping[int, int | None], judged: Judged
) -> Mapping[str, Iterable[int | None]]:
    found: defaultdict[str, list[int | None]] = defaultdict(list)
    for i, rank in ranks.items():
        found[f"{_who(judged.samples[i])}, {judged.found[i].verdict}"].append(rank)
    return found


def _table(ranks: Mapping[str, Iterable[int | None]]) -> dict[str, Shares]:
    return {name: _shares(list(some)) for name, some in sorted(ranks.items())}


def _shares(ranks: list[int | None]) -> Shares:
    return {
        "samples": len(ranks),
        "first": round(100 * ranks.count(0) / len(ranks), 1),
        "among ten": round(100 * (1 - ranks.count(None) / len(ranks)), 1),
    }


def _who(sample: Sample) -> str:
    return "honest" if sample.honest else "hostile"


def _rank(best: list[str], same: set[str]) -> int | None:
    """The place of the asked character in the list; None where it is not in it."""
    return next((place for place, char in enumerate(best) if char in same), None)
