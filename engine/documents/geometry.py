"""The figures of GB/T 9704, read from templates/notices/gbt9704.yaml and shared by PDF and DOCX."""

from functools import lru_cache
from typing import Any

import yaml

from engine.documents.templates import DIRECTORY


@lru_cache(maxsize=1)
def figures() -> dict[str, Any]:
    """Return the figures by name: lengths in mm, sizes and rule widths in pt."""
    with (DIRECTORY / "gbt9704.yaml").open(encoding="utf-8") as file:
        loaded: dict[str, Any] = yaml.safe_load(file)
    return loaded
