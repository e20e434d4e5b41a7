"""What a path takes and answers, so that the OpenAPI document can tell it."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

Schema = type[msgspec.Struct]


Method = Literal["get", "post", "delete"]

Key = Literal["bearer", "webhook"]
"""What a request shows that it may: a participant's token, or a signature of a Standard Webhook."""


class Operation(NamedTuple):
    """What a request of one path takes and answers.

    Attributes:
        name: a unique name, for programs that are generated from the document.
        summary: what it is for, in a sentence.
        answer: the type of the JSON answer of success, or the content type of another one; None for
            an answer without content.
        query: the type of its query; None when it has none.
        errors: the statuses of its answers in the shape of `ErrorAnswer`.
        example: a value of the path's first parameter.
        unready: the type of the answer of status 503, when it is no `ErrorAnswer`.
        method: of the request.
        done: the statuses of success.
        body: the type of the JSON body; None when it has none.
        key: what the request must have; None for nothing.
    """

    name: str
    summary: str
    answer: Schema | str | None
    query: Schema | None = None
    errors: tuple[int, ...] = ()
    example: str | None = None
    unready: Schema | None = None
    method: Method = "get"
    done: tuple[int, ...] = (200,)
    body: Schema | None = None
    key: Key | None = None
