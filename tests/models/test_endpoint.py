from __future__ import annotations

import pytest
from pydantic import ValidationError

from interviewer.models.endpoint import Endpoint


def make(**changes):
    return Endpoint(**{"name": "home", "base_url": "http://127.0.0.1:8080/v1", "model": "m", **changes})


def test_the_key_is_in_no_text_form_of_an_endpoint():
    endpoint = make(api_key="sk-very-secret")
    for text in (repr(endpoint), str(endpoint), endpoint.model_dump_json(), str(endpoint.model_dump())):
        assert "very-secret" not in text


def test_a_refused_value_is_not_echoed_because_it_may_hold_a_key():
    with pytest.raises(ValidationError) as caught:
        make(base_url="http://user:hunter2@host/v1")
    assert "hunter2" not in str(caught.value)
    assert "use api_key" in str(caught.value)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://localhost:11434/v1", True),
        ("http://127.0.0.53/v1", True),
        ("http://[::1]:8000/v1", True),
        ("http://model.localhost/v1", True),
        ("https://api.example.com/v1", False),
        ("http://192.168.1.4:8000/v1", False),
        ("http://localhost.example.com/v1", False),
    ],
)
def test_only_loopback_hosts_are_local(url, local):
    assert make(base_url=url).local is local


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://host/v1", "http://", "http://host:99999/v1"])
def test_an_address_that_can_not_work_is_refused(url):
    with pytest.raises(ValidationError):
        make(base_url=url)


def test_stray_white_space_and_slashes_are_forgiven():
    endpoint = make(base_url=" http://host/v1/ ", api_key="sk-abc\n")
    assert endpoint.base_url == "http://host/v1"
    assert endpoint.api_key.get_secret_value() == "sk-abc"


@pytest.mark.parametrize("key", ["你的密钥", "sk-a\nb"])
def test_a_key_that_no_header_can_carry_is_refused(key):
    with pytest.raises(ValidationError, match="ASCII"):
        make(api_key=key)


def test_unknown_keys_and_changes_are_refused():
    with pytest.raises(ValidationError):
        make(apikey="x")
    with pytest.raises(ValidationError):
        make().model = "other"
