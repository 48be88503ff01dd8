"""The shape of every error (RFC 9457)."""

from pydantic import BaseModel, Field

from api.schemas import Answer


class FieldError(Answer):
    """What is wrong with one field."""

    field: str = Field(examples=["phone"])
    detail: str


class Problem(BaseModel):
    """An error (RFC 9457): Chinese for people, `code` for programs, every wrong field named."""

    type: str = Field(examples=["/api/docs#problem-bad_input"])
    title: str = Field(examples=["填写有误"])
    status: int = Field(examples=[422])
    detail: str
    instance: str = Field(examples=["urn:hotline:request:4f0c9a"])
    code: str = Field(examples=["bad_input"])
    errors: list[FieldError] = []
    clause: str | None = Field(default=None, description="why the lifecycle refuses")
    allows: list[str] | None = Field(default=None, description="what may be done instead")
