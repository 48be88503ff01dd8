"""Writes the letters that were sent to a directory, as PDF and DOCX."""

from pathlib import Path

from sqlmodel import Session, col, select

from engine.models import Letter
from engine.store.database import work


def write_letters(directory: Path) -> list[Path]:
    """Write every sent letter and return the paths, PDF first."""
    directory.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with work() as session:
        for letter in _sent(session):
            for suffix, data in ((".pdf", letter.pdf), (".docx", letter.docx)):
                path = directory / f"{letter.number}{suffix}"
                path.write_bytes(data or b"")
                written.append(path)
    return written


def _sent(session: Session) -> list[Letter]:
    query = select(Letter).where(Letter.number != "").order_by(col(Letter.id))
    return list(session.exec(query).all())
