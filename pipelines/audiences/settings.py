"""Settings of ad audiences: which go where. `SVOD_AUDIENCES__…` in the environment, `[audiences.…]` in svod.toml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, StringConstraints

from pipelines.audiences.platforms import Platform

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]


class Endpoint(BaseModel):
    """A receiver of one's own that takes lists of hashed addresses and may be told the same twice."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: HttpUrl
    token: SecretStr = Field(SecretStr(""), description="Sent as a bearer token")
    batch: int = Field(10_000, ge=1, le=100_000, description="Rows in a request at most")
    timeout: float = Field(60, gt=0, description="Seconds to wait for an answer")


class AudienceSettings(BaseModel):
    """The audiences kept up to date, each with its platforms. An audience is what scenarios put people into, or else the segment of that name."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    targets: dict[Name, list[Platform]] = Field({}, description="Audience → platforms")
    endpoint: Endpoint | None = None
