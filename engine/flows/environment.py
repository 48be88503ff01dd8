"""The settings under which Prefect runs here; they must stand before Prefect is imported."""

import os
from pathlib import Path

RETENTION = "P14D"
RETENTION_SECONDS = str(14 * 24 * 3600)
# What only deployments, work pools and automations need. We have none: due times are rows of ours.
IDLE_SERVICES = (
    "SCHEDULER", "LATE_RUNS", "FOREMAN", "TRIGGERS", "PAUSE_EXPIRATIONS", "REPOSSESSOR",
    "CANCELLATION_CLEANUP",
)  # fmt: skip


def shared(home: Path) -> dict[str, str]:
    """Return what holds for Prefect's server and for our flows: nobody is phoned, ever."""
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    }


def for_server(home: Path, password: str) -> dict[str, str]:
    """Return the environment of the embedded server: password, retention, no idle services."""
    idle = {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in IDLE_SERVICES}
    return {
        **shared(home),
        **idle,
        "PREFECT_SERVER_API_AUTH_STRING": f"admin:{password}",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": RETENTION_SECONDS,
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": RETENTION,
    }


def for_flows(home: Path, api_url: str, password: str = "") -> dict[str, str]:
    """Return the environment of a process that runs flows against the server at `api_url`."""
    auth = {"PREFECT_API_AUTH_STRING": f"admin:{password}"} if password else {}
    return {
        **shared(home),
        **auth,
        "PREFECT_API_URL": api_url,
        "PREFECT_API_REQUEST_TIMEOUT": "10",
        "PREFECT_CLIENT_MAX_RETRIES": "2",
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "ERROR",
    }


def enter(values: dict[str, str]) -> None:
    """Put `values` into this process's environment."""
    os.environ.update(values)
