"""A setting that makes no sense is refused, and not taken for another one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from server.settings import Settings


def test_an_unknown_log_level_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValidationError, match="'debug', 'info', 'warning', 'error' or 'critical'"):
        Settings.model_validate({"log_level": "inof"})


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.setenv(f"JIELONG_{name.upper()}", "")
    assert Settings() == Settings.model_construct()


def test_nowhere_is_no_address_to_listen_on() -> None:
    with pytest.raises(ValidationError, match="host"):
        Settings.model_validate({"host": ""})


@pytest.mark.parametrize("given", ["https://a.example", "http://a:8080,https://b.example/", ""])
def test_origins_are_taken_as_browsers_send_them(given: str) -> None:
    assert ",".join(Settings.model_validate({"origins": given}).origins) == given


@pytest.mark.parametrize("given", ["a.example", "https://", "https://a.example/page", "*"])
def test_an_origin_that_no_browser_sends_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match=r"https://example\.org"):
        Settings.model_validate({"origins": given})


@pytest.mark.parametrize("given", ["info", "INFO"])
def test_a_log_level_may_be_written_in_capitals(given: str) -> None:
    assert Settings.model_validate({"log_level": given}).log_level == "info"


@pytest.mark.parametrize("given", ["", "/jielong", "/a/b", "/~me/jie-long_2.0"])
def test_a_base_path_is_taken_as_it_is(given: str) -> None:
    assert Settings.model_validate({"base_path": given}).base_path == given


NO_BASE_PATHS = (
    *("jielong", "/", "/jielong/", "//jielong", "/a//b", "/a/../b", "/a?b", "/a#b", "/a b"),
    *("/接龙", "/%6A", '/"', "/jielong\n", "https://example.org/jielong"),
)


@pytest.mark.parametrize("given", NO_BASE_PATHS)
def test_what_is_no_base_path_is_refused_with_one_that_is(given: str) -> None:
    with pytest.raises(ValidationError, match="write one like /jielong"):
        Settings.model_validate({"base_path": given})


@pytest.mark.parametrize("given", ["nonsense", "nonsense:check", "server.settings:nonsense", ":x"])
def test_a_check_of_proofs_that_is_not_there_is_refused(given: str) -> None:
    with pytest.raises(ValidationError, match="module:function"):
        Settings.model_validate({"proof_check": given})


@pytest.mark.parametrize("given", ["proxy.example", "10.0.0.0/99"])
def test_a_proxy_is_an_address_or_a_network(given: str) -> None:
    with pytest.raises(ValidationError, match="no address of a proxy"):
        Settings.model_validate({"trusted_proxies": given})


@pytest.mark.parametrize(("value", "port"), [("9180", 9180), ("off", "off"), ("", None)])
def test_the_port_for_operators_is_a_number_or_off(
    monkeypatch: pytest.MonkeyPatch, value: str, port: object
) -> None:
    monkeypatch.setenv("JIELONG_OPERATIONS_PORT", value)
    settings = Settings()
    assert settings.operations_port == port
    for name, told in settings.environment().items():
        monkeypatch.setenv(name, told)
    assert Settings().operations_port == port


@pytest.mark.parametrize("value", ["8000", "0", "70000", "on"])
def test_no_other_port_for_operators_is_taken(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("JIELONG_OPERATIONS_PORT", value)
    with pytest.raises(ValidationError):
        Settings()
