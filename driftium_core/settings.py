"""Every setting, read once from the environment. No other module reads ``os.environ``."""

from __future__ import annotations

import ipaddress
import os
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from driftium_core.errors import SettingsError

__all__ = ["Settings", "settings_table", "unknown_variables"]

PREFIX = "DRIFTIUM_"
SECRET_PREFIX = f"{PREFIX}SECRET_"
"""Variables that addresses of sources and channels may name instead of holding a secret."""

OLLAMA_PORT = 11434

SHORTEST_TOKEN = 16

_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


class Settings(BaseSettings):
    """The settings of one process; frozen.

    Keyword arguments win over the environment, the environment over a ``.env`` file in the working directory.

    Relative paths (a relative ``sqlite:///`` path, the Qdrant folder, the GGUF file) count from the working
    directory, which is the project's root for ``make run`` and ``streamlit run app.py``.

    Raises
    ------
    SettingsError
        A value cannot be used; the message names the variable, the value and what is allowed.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        env_file=".env",
        hide_input_in_errors=True,
    )

    database_url: str = Field(
        default="sqlite:///drift_history.db",
        description="Where runs, references, answers and baselines are kept, as an SQLAlchemy URL.",
        json_schema_extra={"allowed": "a URL such as sqlite:///drift_history.db"},
    )
    qdrant: str = Field(
        default="qdrant_db/",
        min_length=1,
        description="Folder of the embedded vector store, or the URL of a Qdrant server.",
        json_schema_extra={"allowed": "a folder, or a URL such as http://127.0.0.1:6333"},
    )
    ollama_host: str = Field(
        default=f"http://127.0.0.1:{OLLAMA_PORT}",
        validation_alias="OLLAMA_HOST",
        description="Address of the Ollama server; 0.0.0.0 is read as 127.0.0.1.",
        json_schema_extra={"allowed": "host, host:port or http(s)://host:port with a port from 1 to 65535"},
    )
    model: str = Field(
        default="smollm:135m",
        min_length=1,
        description="Ollama model that answers unless another is chosen.",
        json_schema_extra={"allowed": "the name of an Ollama model"},
    )
    gguf: Path | None = Field(
        default=None,
        description="Model file for the embedded llama.cpp; empty uses the one installed by `make run`.",
        json_schema_extra={"allowed": "the path of a .gguf file"},
    )
    answer_timeout_s: float = Field(
        default=300,
        gt=0,
        le=86_400,
        description="Longest time for one answer of a model, in seconds; what came by then is shown as partial.",
        json_schema_extra={"allowed": "a number of seconds from above 0 to 86400"},
    )
    rca_deadline_s: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="Longest wait for a model's words on an investigation, in seconds; the rules' words stand then.",
        json_schema_extra={"allowed": "a number of seconds from above 0 to 3600"},
    )
    max_upload_mb: int = Field(
        default=500,
        ge=1,
        le=10_000,
        description="Largest file that can be uploaded, in megabytes.",
        json_schema_extra={"allowed": "a whole number from 1 to 10000"},
    )
    history_limit: int = Field(
        default=1000,
        ge=1,
        le=1_000_000,
        description="Newest runs, calculations and investigations kept per project, of each; older ones are removed.",
        json_schema_extra={"allowed": "a whole number from 1 to 1000000"},
    )
    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        ge=1,
        le=1024,
        description="Threads used for calculations.",
        json_schema_extra={"allowed": "a whole number from 1 to 1024", "default": "number of cores"},
    )
    precision: Literal["auto", "fp32", "bf16"] = Field(
        default="auto",
        description="Arithmetic of the embedding model; `auto` is bf16 where the CPU has it in hardware, else fp32.",
        json_schema_extra={"allowed": "auto, fp32 or bf16"},
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="Host names under which the app answers, separated by commas.",
        json_schema_extra={"allowed": "host names without a port, separated by commas"},
    )
    api_token: SecretStr | None = Field(
        default=None,
        description="Token that callers of the REST API must send; required once other machines can reach the app.",
        json_schema_extra={"allowed": "at least 16 characters without blanks"},
    )
    public_url: str = Field(
        default="",
        description="Address of the app for links in alerts; by default the one that it is started on.",
        json_schema_extra={"allowed": "an http(s) URL such as https://drift.example.org"},
    )
    testing: bool = Field(
        default=False,
        description="Use a temporary database and `qdrant_test_db/` unless these are set; on under pytest.",
        json_schema_extra={"allowed": "true or false"},
    )

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - type(self).model_fields.keys() - {"_env_file"}
        if unknown:
            raise SettingsError(f"`{min(unknown)}` is not a setting of Driftium.")
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from error

    def model_post_init(self, _context: Any, /) -> None:
        if "testing" not in self.model_fields_set and "PYTEST_CURRENT_TEST" in os.environ:
            self._replace("testing", True)
        if not self.testing:
            return
        if "database_url" not in self.model_fields_set:
            self._replace("database_url", f"sqlite:///{Path(_test_folder().name).as_posix()}/drift_history.db")
        if "qdrant" not in self.model_fields_set:
            self._replace("qdrant", "qdrant_test_db/")

    def _replace(self, name: str, value: object) -> None:
        self.__dict__[name] = value  # the model is frozen for everyone else

    def expand(self, text: str) -> str:
        """The text with each ``${DRIFTIUM_SECRET_…}`` replaced by that environment variable.

        No other variable can be named: whoever sets up a source or a channel must not be able to send away what else
        this process was started with.

        Raises
        ------
        SettingsError
            One is not set, or is not called so.
        """

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if not name.startswith(SECRET_PREFIX):
                raise SettingsError(f"${{{name}}} cannot be used: only variables called {SECRET_PREFIX}… can be named.")
            if name not in os.environ:
                raise SettingsError(f"The environment variable {name} is not set. Set it and start Driftium again.")
            return os.environ[name]

        return _PLACEHOLDER.sub(value, text)

    @property
    def max_upload_bytes(self) -> int:
        """The upload cap in bytes; a megabyte is 1024 x 1024 bytes, as in Streamlit."""
        return self.max_upload_mb * 1024 * 1024

    def in_force(self) -> list[tuple[str, str, str, str]]:
        """Variable, value, who set it and description of each setting; a password in a URL is not shown."""
        rows = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            shown = ",".join(value) if isinstance(value, tuple) else "" if value is None else str(value)
            rows.append((_variable(name), _PASSWORD.sub("***", shown), self._set_by(name), field.description or ""))
        return rows

    def _set_by(self, name: str) -> str:
        if _variable(name) in os.environ:
            return "environment"
        if name in self.model_fields_set:
            return ".env file or program"
        return "testing" if self.testing and name in ("database_url", "qdrant", "testing") else "default"

    @field_validator("database_url")
    @classmethod
    def _is_url(cls, value: str) -> str:
        if "://" not in value:
            raise ValueError("no URL scheme")
        return value

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        hosts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        if not hosts or (isinstance(hosts, list) and not all(hosts)):
            raise ValueError("an empty host name")
        return hosts

    @field_validator("api_token")
    @classmethod
    def _is_token(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value() if value else ""
        if value and (len(token) < SHORTEST_TOKEN or not token.isprintable() or any(map(str.isspace, token))):
            raise ValueError("too short, or not one word")
        return value

    @field_validator("gguf", "api_token", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("ollama_host")
    @classmethod
    def _client_url(cls, value: str) -> str:
        url = urlsplit(value if "://" in value else f"http://{value}")
        if url.scheme not in ("http", "https"):
            raise ValueError("not http or https")
        port = url.port or (OLLAMA_PORT if "://" not in value or url.scheme == "http" else 443)
        host = url.hostname or "127.0.0.1"
        if _is_any_address(host):
            host = "127.0.0.1"  # servers listen on "any"; clients cannot connect to it everywhere
        return f"{url.scheme}://{f'[{host}]' if ':' in host else host}:{port}{url.path.rstrip('/')}"


@cache
def _test_folder() -> tempfile.TemporaryDirectory[str]:
    """One folder per process, removed when the process ends."""
    return tempfile.TemporaryDirectory(prefix="driftium-test-", ignore_cleanup_errors=True)


def settings_table() -> list[tuple[str, str, str]]:
    """Environment variable, default and description of each setting, in the order of the README's table."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = _extra(name).get("default") or field.default
        if isinstance(default, tuple):
            default = ",".join(default)
        shown = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
        rows.append((_variable(name), shown, field.description or ""))
    return rows


def unknown_variables() -> list[str]:
    """Names that begin with ``DRIFTIUM_`` but are no setting: most likely typing errors."""
    known = {_variable(name) for name in Settings.model_fields}
    ours = {name.upper(): name for name in os.environ if name.upper().startswith(PREFIX)}
    return sorted(name for upper, name in ours.items() if upper not in known and not upper.startswith(SECRET_PREFIX))


def _variable(name: str) -> str:
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else f"{PREFIX}{name.upper()}"


def _extra(name: str) -> dict[str, Any]:
    extra = Settings.model_fields[name].json_schema_extra
    return extra if isinstance(extra, dict) else {}


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else ""
    name = next(n for n in Settings.model_fields if key in (n, _variable(n)))
    shown = "set to a secret" if name == "api_token" else repr(first["input"])
    return f"{_variable(name)} is {shown}, which cannot be used; allowed: {_extra(name)['allowed']}."


def _is_any_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False
