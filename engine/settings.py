"""Environment → typed settings. Every variable starts with `HOTLINE_`."""

import os
import re
from functools import lru_cache
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# What the examples in deploy/ have in place of a secret, as people and addresses spell it.
EXAMPLE = re.compile("change[-_ ]?me", re.IGNORECASE)


class Settings(BaseSettings):
    """What an installation may set; the defaults are those of a district's first day."""

    model_config = SettingsConfigDict(env_prefix="HOTLINE_", env_file=".env", extra="ignore")

    var: Path = Field(default=Path("var"), description="everything this installation writes")
    database_url: str | None = Field(
        default=None, description="a managed PostgreSQL; without it the embedded one under var/"
    )
    host: str = Field(default="127.0.0.1", description="address the desks and the API listen on")
    port: int = Field(default=8000, ge=1, le=65535)
    base_url: str = Field(default="", description="how links in mails begin; default host and port")
    smtp_url: str | None = Field(
        default=None, description="smtp://, smtps:// or smtp+starttls://; without it var/mailbox"
    )
    mail_from: str = Field(default="12345专线 <hotline@localhost>")
    imap_url: SecretStr | None = Field(
        default=None,
        description="imaps://user:password@host/INBOX, where replies of units come in; "
        "without it nobody fetches them",
    )
    reply_to: str = Field(
        default="", description="address of that mailbox when it takes plus addresses (a+b@host)"
    )
    region: Literal["CN", "CN-GX"] = Field(default="CN-GX", description="which working calendar")
    prefect_api_url: str | None = Field(
        default=None, description="a Prefect server; without it one is started beside us"
    )
    prefect_port: int = Field(default=8001, ge=1, le=65535)
    font_directory: Path | None = Field(default=None, description="the site's own fonts first")
    attachment_directory: Path | None = Field(
        default=None, description="where attachments lie; shared, when the API runs on two machines"
    )
    hotline_name: str = "12345优化营商环境专线"
    organ_name: str = "柳州市城中区政务网络服务中心"
    organ_code: str = "城中热线"
    contact: str = "12345专线分派岗"
    number_prefix: str = "LZ"
    open311_jurisdiction: str = Field(
        default="chengzhong", description="the jurisdiction_id of the Open311 service"
    )
    open311_public: bool = Field(
        default=False, description="whether Open311 requests may be read without a key"
    )
    demo_data: bool = Field(
        default_factory=lambda given: not given.get("database_url"),
        description="lay in the demonstration day on first start; on a managed database only when "
        "said outright",
    )
    audit_key: Path | None = Field(
        default=None, description="the key that signs the audit log; default var/keys/audit.pem"
    )
    keys: Path | None = Field(
        default=None,
        description="the keys personal data are sealed with; default var/keys/personal.json",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        min_length=32,
        description="seals secrets of webhooks; default var/keys/secret.key",
    )
    webhook_networks: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="private networks webhooks may go to, as 10.20.0.0/16,10.30.1.5/32"
    )
    webhook_ports: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(80, 443), description="ports webhooks may go to"
    )
    webhook_ca_file: Path | None = Field(default=None, description="the site's own authority (PEM)")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="networks whose X-Forwarded-For is believed"
    )
    metrics_token: str = Field(default="", description="who may read /metrics from elsewhere")
    oidc_issuer: str = Field(default="", description="the site's identity server; empty: none")
    oidc_client_id: str = Field(default="hotline", description="what it calls this system")
    oidc_client_secret: SecretStr | None = None
    oidc_scope: str = "openid profile"
    oidc_claim: str = Field(
        default="preferred_username", description="the claim that names an account, or email"
    )
    oidc_ca_file: Path | None = Field(default=None, description="the site's own authority (PEM)")
    session_hours: int = Field(default=12, ge=1)
    session_idle_minutes: int = Field(default=0, ge=0, description="0: sessions never idle out")
    password_length: int = Field(default=12, ge=8, le=100, description="shortest new password")
    password_classes: int = Field(
        default=1, ge=1, le=4, description="of upper case, lower case, digits, other signs"
    )
    password_days: int = Field(default=0, ge=0, description="a password's life; 0: no end")
    log_level: str = "INFO"

    @field_validator("webhook_networks", "webhook_ports", "trusted_proxies", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        """Read a list as people write it: parted by commas or blanks."""
        return value.replace(",", " ").split() if isinstance(value, str) else value

    @field_validator("webhook_networks", "trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            ip_network(one)
        return value

    @property
    def link_base(self) -> str:
        """Return the beginning of every link that leaves the house, without a slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def in_earnest(self) -> bool:
        """Return whether this is no demonstration: a managed database, or no demonstration data."""
        return bool(self.database_url) or not self.demo_data

    @property
    def examples(self) -> tuple[str, ...]:
        """Return the variables that still have the secret of the example file."""
        values = {name: getattr(self, name) for name in type(self).model_fields}
        plain = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in values.items()
        }
        ours = {f"HOTLINE_{name.upper()}": value for name, value in plain.items()}
        prefects = {name: one for name, one in os.environ.items() if name.startswith("PREFECT_")}
        return tuple(
            name for name, value in (ours | prefects).items()
            if isinstance(value, str) and EXAMPLE.search(unquote(value))
        )  # fmt: skip

    @property
    def mailbox(self) -> Path:
        """Return where mails land while no SMTP server is set."""
        return self.var / "mailbox"

    @property
    def takes_replies(self) -> bool:
        """Return whether mails of units come in: by IMAP, or handed over by the mail server."""
        return self.imap_url is not None or bool(self.reply_to)

    @property
    def attachments(self) -> Path:
        """Return where the files of tickets lie."""
        return self.attachment_directory or self.var / "attachments"


@lru_cache(maxsize=1)
def load_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
