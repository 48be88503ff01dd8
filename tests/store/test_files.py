"""Files lie under their own digest, whole or not at all, and are found damaged if they are."""

import hashlib
import io

import pytest

from engine.errors import DocumentError, NotFoundError, UnavailableError
from engine.store import files

MOST = 10_000
DATA = b"%PDF-1.7 hello"
DIGEST = hashlib.sha256(DATA).hexdigest()


def kept(data=DATA, name="one"):
    arrived = files.take_in(io.BytesIO(data), name, MOST)
    return files.keep(arrived)


def test_a_file_is_kept_once_under_its_digest_for_this_user_alone(var):
    first, second = kept(), kept(name="two")

    assert first == second == var / "attachments" / DIGEST[:2] / DIGEST[2:4] / DIGEST
    assert files.content(DIGEST) == DATA
    assert first.stat().st_mode & 0o077 == 0
    assert first.parent.stat().st_mode & 0o077 == 0
    assert list((var / "attachments" / "incoming").iterdir()) == []


def test_no_more_than_allowed_is_written(var):
    arrived = files.take_in(io.BytesIO(bytes(5_000_000)), "one", MOST)

    assert arrived.size == MOST
    assert arrived.path.stat().st_size == MOST


def test_a_damaged_or_missing_file_is_never_served(var):
    place = kept()
    place.write_bytes(b"%PDF-1.7 other")

    with pytest.raises(DocumentError, match="已损坏"):
        files.content(DIGEST)
    place.unlink()
    with pytest.raises(DocumentError, match="已损坏"):
        files.content(DIGEST)


def test_a_half_written_file_is_mended_by_the_next_upload_of_the_same(var):
    place = kept()
    place.write_bytes(b"half")

    kept(name="again")

    assert files.content(DIGEST) == DATA


@pytest.mark.parametrize("name", ["../../../etc/passwd", "a" * 63 + "/", "", "x" * 64 + ".."])
def test_only_a_digest_names_a_file(var, name):
    with pytest.raises(NotFoundError):
        files.place_of(name)


def test_a_disk_that_cannot_be_written_is_said(var):
    files.home()
    (var / "attachments" / "incoming").write_text("in the way")

    with pytest.raises((UnavailableError, FileExistsError)):
        kept()


def test_two_uploads_never_share_a_temporary_file(var):
    files.take_in(io.BytesIO(DATA), "same", MOST)

    with pytest.raises(UnavailableError):
        files.take_in(io.BytesIO(DATA), "same", MOST)
