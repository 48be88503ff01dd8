"""Sends the log to a file, one JSON object a line, so that the terminal stays readable."""

import logging
from pathlib import Path

import structlog


def log_to_file(var: Path, level: str) -> Path:
    """Write everything from `level` up to `var/logs/hotline.log`, and return that path."""
    file = var / "logs" / "hotline.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(_number(level)),
        logger_factory=structlog.WriteLoggerFactory(file.open("a", encoding="utf-8", buffering=1)),
    )
    return file


def _number(level: str) -> int:
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
