"""The results of the checks: what was checked, violated, or lost by a failover."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SHOWN = 50


@dataclass
class Results:
    """Attributes:
    checked: the number of checks by name.
    violations: checks that failed.
    losses: answered writes that a failed master had and its replica did not.
    """

    checked: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)

    def expect(self, what: str, true: bool, detail: str = "", *, excused: bool = False) -> None:
        """Count a check; if it failed, record a violation, or a loss if `excused`."""
        self.checked[what] += 1
        if not true:
            (self.losses if excused else self.violations).append(f"{what}: {detail}")

    @property
    def valid(self) -> bool:
        """Whether nothing was violated."""
        return not self.violations
