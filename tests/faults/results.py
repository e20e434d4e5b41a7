"""What a run has shown: how much was checked, what was violated, what a failover has lost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

SHOWN = 50


@dataclass
class Results:
    """Attributes:
    checked: how many statements of each kind held or did not.
    violations: what must not be.
    losses: writes that a failed master had answered and its replica did not have.
    """

    checked: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)

    def expect(self, what: str, true: bool, detail: str = "", *, excused: bool = False) -> None:
        """Count a statement; when it is not true it is a violation, or a loss if `excused`."""
        self.checked[what] += 1
        if not true:
            (self.losses if excused else self.violations).append(f"{what}: {detail}")

    @property
    def valid(self) -> bool:
        """Whether nothing was violated."""
        return not self.violations
