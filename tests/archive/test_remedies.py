"""What an operator is told to do about a PostgreSQL that cannot be used."""

from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from server.archive.remedies import remedy

URL = make_url("postgresql+asyncpg://jielong:word@db.example/works")


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        ("[Errno 111] Connect call failed ('10.0.0.5', 5432)", "pg_isready -h db.example -p 5432"),
        ("it did not answer within 5 s", "pg_isready"),
        ('password authentication failed for user "jielong"', "password in JIELONG_DATABASE_URL"),
        ("sorry, too many clients already", "max_connections"),
        ('could not extend file "base/1": No space left on device', "make room"),
        ("cannot execute INSERT in a read-only transaction", "the primary"),
        ("something that nobody has seen before", ""),
    ],
)
def test_the_error_comes_with_what_to_do(error: str, cure: str) -> None:
    assert (cure in remedy(URL, error)) if cure else remedy(URL, error) == ""
