"""A file is what its bytes are; what could harm whoever opens it is refused."""

import io
import zipfile

import pytest

from engine.documents.file_types import MOST_UNPACKED, TYPES, type_of
from engine.errors import BadInputError
from tests import files


def written(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", ["pdf", "jpeg", "png", "wav", "amr", "mp3", "m4a", "docx", "xlsx",
                                  "ofd"])  # fmt: skip
def test_every_type_that_may_be_attached_is_known_by_its_bytes(tmp_path, name):
    found = type_of(written(tmp_path, getattr(files, name.upper())))

    assert found is TYPES[name]


@pytest.mark.parametrize(
    "data", [b"", b"%PD", files.EXE, files.HTML, b"GIF89a", b"\xd0\xcf\x11\xe0"]
)
def test_what_is_none_of_them_is_nothing(tmp_path, data):
    assert type_of(written(tmp_path, data)) is None


def test_a_package_of_something_else_is_nothing(tmp_path):
    assert type_of(written(tmp_path, files.package(readme_txt="hello"))) is None


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path):
    bomb = files.package(word__document_xml="x", big_bin=bytes(MOST_UNPACKED))

    assert len(bomb) < 1_000_000
    with pytest.raises(BadInputError, match="解开后太大"):
        type_of(written(tmp_path, bomb))


def test_a_bomb_of_many_parts_is_refused(tmp_path):
    many = {f"p{number}_x": b"" for number in range(2_100)}

    with pytest.raises(BadInputError, match="解开后太大"):
        type_of(written(tmp_path, files.package(word__document_xml="x", **many)))


def test_a_package_that_lies_about_a_size_is_refused(tmp_path):
    data = bytearray(files.package(word__document_xml=b"a" * 5000))
    at = data.index(b"PK\x01\x02") + 24  # the size as the directory of the package states it
    data[at : at + 4] = (10).to_bytes(4, "little")

    with pytest.raises(BadInputError, match="打不开"):
        type_of(written(tmp_path, bytes(data)))


@pytest.mark.parametrize("cut", [30, 60, -5])
def test_a_damaged_package_is_refused(tmp_path, cut):
    with pytest.raises(BadInputError, match="打不开"):
        type_of(written(tmp_path, files.DOCX[:cut]))


def test_hidden_macros_are_refused(tmp_path):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as zipped:
        zipped.writestr("word/document.xml", "x")
        zipped.writestr("word/vbaProject.bin", "x")

    with pytest.raises(BadInputError, match="宏"):
        type_of(written(tmp_path, made.getvalue()))


def test_a_locked_package_is_refused(tmp_path):
    data = bytearray(files.DOCX)
    at = data.index(b"PK\x01\x02") + 8
    data[at] |= 1

    with pytest.raises(BadInputError, match="密码"):
        type_of(written(tmp_path, bytes(data)))
