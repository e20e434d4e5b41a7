"""What a path takes and answers, so that the OpenAPI document can tell it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

Schema = type[msgspec.Struct]


class Operation(NamedTuple):
    """What a request of one path takes and answers.

    Attributes:
        name: a unique name, for programs that are generated from the document.
        summary: what it is for, in a sentence.
        answer: the type of the JSON answer of status 200, or the content type of another one; None
            for an answer of status 204.
        query: the type of its query; None when it has none.
        errors: the statuses of its answers in the shape of `ErrorAnswer`.
        example: a value of the path's parameter.
        unready: the type of the answer of status 503, when it is no `ErrorAnswer`.
        method: in lower case. Any other than `get` takes a participant's token.
    """

    name: str
    summary: str
    answer: Schema | str | None
    query: Schema | None = None
    errors: tuple[int, ...] = ()
    example: str | None = None
    unready: Schema | None = None
    method: str = "get"
