"""What the errors of an endpoint mean to the program. No text of this module contains a key."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING

from interviewer.errors import BadOutput, EndpointDown, EndpointRefused, ModelError
from interviewer.models.endpoint import Endpoint

if TYPE_CHECKING:
    import openai

PROXIES = ("ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY")
KEY_LIKE = re.compile(r"\b(?:sk|pk)[-_][A-Za-z0-9*_.-]{6,}|\bBearer +\S+")
RETRY_AFTER_MAX_S = 5.0

BAD_REQUEST, PAYMENT, FORBIDDEN, NOT_FOUND = 400, 402, 403, 404
UNAUTHORIZED, TOO_LARGE, UNPROCESSABLE, SERVER_ERROR, NOT_IMPLEMENTED = 401, 413, 422, 500, 501
PASSING = frozenset({408, 409, 425, 429})

HINTS: Mapping[int, str] = {
    UNAUTHORIZED: "Check its api_key in the settings, or OPENAI_API_KEY.",
    PAYMENT: "Check the balance of the account.",
    FORBIDDEN: "Check that the key may use this model.",
    NOT_FOUND: "Check its model and its base_url, which usually ends in /v1.",
}


class Unsupported(EndpointRefused):
    """The endpoint answered, but not to a request with these parameters (response_format, logprobs): ask plainer."""


class TooLong(BadOutput):
    """The prompt does not fit into the model's context; a shorter one may."""


def explain(error: openai.OpenAIError, endpoint: Endpoint, *, extras: bool) -> ModelError:
    """The error as the program knows it. `extras`: the request carried response_format or logprobs."""
    import openai

    if isinstance(error, openai.APITimeoutError):
        return timed_out(endpoint)
    if isinstance(error, openai.APIConnectionError):
        return EndpointDown(
            f"Can't reach {endpoint.name} at {endpoint.host}",
            clean(str(error.__cause__ or error), endpoint),
            "Check that the local server is running." if endpoint.local else _network_hint(),
        )
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, endpoint, extras=extras)
    return BadOutput(f"{endpoint.name} gave a reply that can't be read", clean(str(error), endpoint))


def timed_out(endpoint: Endpoint) -> EndpointDown:
    return EndpointDown(
        f"{endpoint.name} did not answer within {endpoint.timeout_s:g} s",
        f"Asked {endpoint.model} at {endpoint.host}.",
        "Give it more time with timeout_s in the settings, or use a faster model.",
    )


def unusable_proxy(error: Exception, endpoint: Endpoint) -> EndpointDown:
    """The HTTP client could not even be built: a proxy variable or certificate path that it can't use."""
    names = _set_proxies()
    if not names:
        return EndpointDown(
            f"Can't open a connection to {endpoint.name} at {endpoint.host}",
            clean(f"{type(error).__name__}: {error}", endpoint),
            "Check base_url in the settings, and SSL_CERT_FILE in the environment.",
        )
    if isinstance(error, ImportError):
        hint = "Install SOCKS support with: pip install socksio, or use an http:// proxy, or unset the variable."
    else:
        hint = "Write it as http://host:port, or unset the variable."
    return EndpointDown(f"The proxy set in {', '.join(names)} can't be used to reach {endpoint.name}", "", hint)


def retry_after(error: openai.OpenAIError) -> float | None:
    """Seconds that the endpoint asked to wait (RFC 9110, 10.2.3), when it said so in seconds."""
    response = getattr(error, "response", None)
    value = str(response.headers.get("retry-after", "")) if response is not None else ""
    return float(value) if re.fullmatch(r"\d+(\.\d+)?", value) else None


def clean(text: str, endpoint: Endpoint) -> str:
    """Server text for the user's eyes: one short line without keys."""
    key = endpoint.api_key.get_secret_value()
    text = text.replace(key, "[key]") if key else text
    return textwrap.shorten(KEY_LIKE.sub("[key]", text), 300, placeholder=" …")


def _of_status(error: openai.APIStatusError, endpoint: Endpoint, *, extras: bool) -> ModelError:
    status = error.status_code
    text = f"HTTP {status}: {clean(_text(error), endpoint) or 'no explanation'}"
    where = f"{endpoint.name} ({endpoint.model} at {endpoint.host})"
    if status in PASSING or (status >= SERVER_ERROR and not (extras and status == NOT_IMPLEMENTED)):
        return EndpointDown(f"{where} is busy or out of order", text, "It is asked again a little later.")
    if status == TOO_LARGE or _names_context(error):
        return TooLong(f"The text is too long for {where}", text, "Use a model with a longer context.")
    if extras and _blames_extras(error):
        return Unsupported(f"{where} does not support this kind of request", text)
    return EndpointRefused(f"{where} refused the request", text, HINTS.get(status, "Check its settings."))


def _blames_extras(error: openai.APIStatusError) -> bool:
    """A bad request may be about anything it carried; a forbidden or missing one must name the parameter."""
    if error.status_code in {BAD_REQUEST, UNPROCESSABLE, NOT_IMPLEMENTED}:
        return True
    named = re.search(r"logprobs|response_format|json_schema", _text(error))
    return error.status_code in {FORBIDDEN, NOT_FOUND} and named is not None


def _names_context(error: openai.APIStatusError) -> bool:
    marks = f"{error.code} {error.type} {_text(error)}".lower()
    return error.status_code == BAD_REQUEST and (
        re.search(r"context_length|exceed_context|context (size|length|window)", marks) is not None
    )


def _text(error: openai.APIStatusError) -> str:
    """What the server said: its error message, else its raw body."""
    match error.body:
        case {"message": str(message)} | {"error": {"message": str(message)}} | {"error": str(message)}:
            return message
        case _:
            return str(error.body or "")


def _network_hint() -> str:
    names = _set_proxies()
    return f"Check the network, and the proxy in {', '.join(names)}." if names else "Check the network and base_url."


def _set_proxies() -> list[str]:
    """Names only: a proxy's address may contain a password."""
    return [name for name in PROXIES if os.environ.get(name) or os.environ.get(name.lower())]
