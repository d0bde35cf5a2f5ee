"""Where a model is reached, and by which key."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Endpoint(BaseModel):
    """An OpenAI-compatible chat endpoint and one of its models.

    `base_url` usually ends in `/v1`; `timeout_s` bounds one call with everything in it. The key stands in no repr,
    no error text and no dump.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    name: Name
    base_url: Name
    model: Name
    api_key: SecretStr = Field(default=SecretStr(""), repr=False)
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

    @field_validator("base_url")
    @classmethod
    def _reachable(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must begin with http:// or https:// and name a host")
        if parts.username is not None or parts.password is not None:
            raise ValueError("must not contain a user name or password: use api_key")
        _ = parts.port  # raises ValueError when it is no port number
        return value.rstrip("/")

    @field_validator("api_key")
    @classmethod
    def _sendable(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value().strip()
        if not (key.isascii() and key.isprintable()):
            raise ValueError("must be plain ASCII characters, as HTTP headers are")
        return SecretStr(key)

    @property
    def host(self) -> str:
        """Host and port as written, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def local(self) -> bool:
        """True when nothing that is sent leaves this machine."""
        host = urlsplit(self.base_url).hostname or ""
        if host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return False
