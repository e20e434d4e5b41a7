"""The headers of pages, for what browsers are to refuse."""

from __future__ import annotations

from server.web.security import UNUSED_FEATURES, security_headers


def test_pages_may_use_no_feature_that_they_do_not_need() -> None:
    policy = dict(security_headers([], "/assets"))["permissions-policy"]
    assert policy.split(", ") == [f"{feature}=()" for feature in UNUSED_FEATURES]
    # The page turns with the screen, plays sounds and goes full-screen; nothing forbids that.
    assert not {"fullscreen", "autoplay", "clipboard-write"} & set(UNUSED_FEATURES)


def test_other_sites_may_not_load_pages() -> None:
    assert dict(security_headers([], "/assets"))["cross-origin-resource-policy"] == "same-origin"


def test_tls_is_asked_for_only_where_the_operator_wants_it() -> None:
    assert "strict-transport-security" not in dict(security_headers([], "/assets"))
    headers = dict(security_headers([], "/assets", 31_536_000))
    assert headers["strict-transport-security"] == "max-age=31536000"
