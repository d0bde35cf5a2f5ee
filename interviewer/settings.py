"""The user's choices, from one TOML file and the environment. Precedence: argument > environment > file > default."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from interviewer.errors import SettingsError

DEFAULT_BASE_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "gpt-4.1-mini"
BUILT_IN = "embedded"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class EndpointSettings(Frozen):
    """One `[[endpoints]]` entry. The key stands here or, better, in the variable that `api_key_env` names."""

    name: str
    base_url: str
    model: str
    api_key: SecretStr = SecretStr("")
    api_key_env: str = ""
    timeout_s: Annotated[float, Field(gt=0, le=3600)] = 60.0

    def key(self, env: Mapping[str, str]) -> SecretStr:
        return SecretStr(env.get(self.api_key_env, "")) if self.api_key_env else self.api_key


class EmbeddedSettings(Frozen):
    """`[models.embedded]`: `path` points at another GGUF file; `enabled = false` leaves the embedded model out."""

    enabled: bool = True
    path: Path | None = None


class ModelSettings(Frozen):
    embedded: EmbeddedSettings = EmbeddedSettings()


class TranscriptSettings(Frozen):
    """`[transcripts]`: `url` is an SQLAlchemy URL (`postgresql+psycopg://...`); empty means SQLite in the home."""

    url: str = ""


class Settings(Frozen):
    """The whole settings file. `language` is the interview's and the interface's, `level` the candidate's own (1-5)."""

    language: Literal["zh", "en"] = "zh"
    level: Annotated[int, Field(ge=1, le=5)] = 2
    endpoints: tuple[EndpointSettings, ...] = ()
    models: ModelSettings = ModelSettings()
    transcripts: TranscriptSettings = TranscriptSettings()

    @field_validator("endpoints")
    @classmethod
    def _told_apart(cls, endpoints: tuple[EndpointSettings, ...]) -> tuple[EndpointSettings, ...]:
        names = [endpoint.name for endpoint in endpoints]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two endpoints are named {twice!r}")
        if BUILT_IN in names:
            raise ValueError(f"{BUILT_IN!r} is the name of the built-in model")
        return endpoints


def load_settings(file: Path, env: Mapping[str, str]) -> Settings:
    """The settings in `file` (defaults when there is none), with the endpoint of `OPENAI_*` put first, as `openai`.

    Raises SettingsError, naming file and key, for what can't be read or understood.
    """
    settings = _read(file)
    named = _endpoint_of(env)
    if named is None:
        return settings
    others = [endpoint for endpoint in settings.endpoints if endpoint.name != named.name]
    return settings.model_copy(update={"endpoints": (named, *others)})


def _read(file: Path) -> Settings:
    try:
        raw = file.read_bytes()
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise SettingsError(f"{file}: can't be read", str(error.strerror or error)) from error
    try:
        values = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: not valid TOML", str(error), "Mend the file; nothing was changed.") from error
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        raise SettingsError(f"{file}: {_explain(problem)}", hint="Mend the file; nothing was changed.") from error


def _explain(problem: Mapping[str, Any]) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(problem["loc"][-1]), _KEYS, 1)
        return f"{place}: unknown key" + (f" (did you mean {near[0]!r}?)" if near else "")
    return f"{place}: {problem['msg']}"


_KEYS = [
    *Settings.model_fields,
    *EndpointSettings.model_fields,
    *EmbeddedSettings.model_fields,
    *ModelSettings.model_fields,
    *TranscriptSettings.model_fields,
]


def _endpoint_of(env: Mapping[str, str]) -> EndpointSettings | None:
    key, base_url = env.get("OPENAI_API_KEY", ""), env.get("OPENAI_BASE_URL", "")
    if not key and not base_url:
        return None
    return EndpointSettings(
        name="openai",
        base_url=base_url or DEFAULT_BASE_URL,
        model=env.get("OPENAI_MODEL") or DEFAULT_MODEL,
        api_key=SecretStr(key),
    )
