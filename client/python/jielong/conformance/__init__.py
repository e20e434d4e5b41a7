"""Tests any server of `jielong.v1` from outside, promise by promise.

`suite.run` yields one `Outcome` a check. The checks speak the protocol over connections of their
own and know nothing of how a server is made. They meet each other, nearly always by invitation, and
leave or finish every room that they open. The few works that they finish are counted.
"""

from __future__ import annotations

from .check import Outcome, Result
from .suite import CHECKS, UnknownCheckError, run

__all__ = ["CHECKS", "Outcome", "Result", "UnknownCheckError", "run"]
