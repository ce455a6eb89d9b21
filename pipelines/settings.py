"""Every setting, typed, in one object. Environment variables (`SVOD_…`) beat `svod.toml`, which beats the defaults.

Secrets never stand in `svod.toml`: they come from the environment or from dlt's secrets.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from pipelines.audiences.settings import AudienceSettings
from pipelines.responses.settings import Collector
from pipelines.sending.settings import Sending

PROJECT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """Where things are and how they behave. Unknown keys in `svod.toml` are errors."""

    model_config = SettingsConfigDict(env_prefix="SVOD_", env_nested_delimiter="__", toml_file=PROJECT / "svod.toml", extra="forbid", hide_input_in_errors=True)

    data: Path = Field(PROJECT / "data", description="Folder of everything Svod writes")
    campaigns: Path = Field(PROJECT / "campaigns", description="Folder of the scenarios, their templates and `policy.yml`")
    inbox: str | None = Field(None, description="Folder or fsspec address (s3://, sftp://) of the exports; `<data>/inbox` if unset")
    inbox_options: dict[str, str | int | bool] = Field({}, description="Options of the inbox's file system, as fsspec takes them")
    schedule: str = Field("0 5 * * *", description="When the daily job runs, as cron")
    timezone: str = Field("UTC", description="Time zone of the schedule")
    memory_limit: str = Field("4GB", description="DuckDB's memory limit")
    threads: int = Field(2, ge=1, description="Threads of DuckDB and dbt")
    keep_versions: int = Field(5, ge=1, description="Published versions kept for rollback")
    retention: Literal["show", "apply"] = Field(
        "show", description="Whether the daily job removes what seeds/retention.csv no longer allows, or only says how much that is"
    )
    match_threshold: float = Field(0.6, gt=0, lt=1, description="Match probability from which two records are one person")

    review_threshold: float = Field(0.3, gt=0, lt=1, description="Match probability from which a pair below the other threshold waits for a person to decide")

    sending: Sending = Field(Sending(), description="The sender and its channels")
    collector: Collector = Field(Collector(), description="Where people's answers to messages come to")
    audiences: AudienceSettings = Field(AudienceSettings(), description="Ad audiences and where they go")

    @property
    def inbox_url(self) -> str:
        return self.inbox or str(self.data / "inbox")

    @property
    def inbox_shown(self) -> str:
        """The inbox for the screen: its address may carry an account and a password before the host."""
        return re.sub(r"(?<=://)[^/@]*@", "…@", self.inbox_url)

    @property
    def warehouse(self) -> Path:
        """The file the pipeline works in. Readers get a published version instead."""
        return self.data / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        return self.data / "published"

    @classmethod
    def settings_customise_sources(
        cls, settings_cls, init_settings, env_settings, dotenv_settings, file_secret_settings
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
