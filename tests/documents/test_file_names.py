"""A name is only a label: no path, nothing hidden, one true extension."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.file_names import LONGEST, disposition, safe_name
from engine.documents.file_types import TYPES

PDF, JPEG = TYPES["pdf"], TYPES["jpeg"]


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("营业执照.pdf", "营业执照.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Windows\\win.pdf", "win.pdf"),
        ("合同.exe.pdf", "合同_exe.pdf"),
        ("2023.11.8 报告.pdf", "2023.11.8 报告.pdf"),
        ("nul\x00l.pdf", "null.pdf"),
        ("发票\u202efdp.exe.pdf", "发票fdp_exe.pdf"),
        ("con.pdf", "附件.pdf"),
        (".pdf", "附件.pdf"),
        ("", "附件.pdf"),
        ("   .  .pdf", "附件.pdf"),
        ('a"b<c>|?*.PDF', "abc.pdf"),
        ("无扩展名", "无扩展名.pdf"),
        ("照片.txt", "照片_txt.pdf"),
        ("a\r\nContent-Type: text/html.pdf", "html.pdf"),
    ],
)
def test_a_name_is_made_safe(given_name, kept):
    assert safe_name(given_name, PDF) == kept


def test_an_extension_that_fits_stays_and_a_huge_name_is_cut():
    assert safe_name("照片.JPEG", JPEG) == "照片.jpeg"
    assert len(safe_name("长" * 5000 + ".pdf", PDF)) == LONGEST
    assert safe_name("长" * 5000 + ".pdf", PDF).endswith(".pdf")


@given(st.text())
def test_whatever_the_name_it_is_one_harmless_name(text):
    name = safe_name(text, PDF)

    assert name.endswith(".pdf")
    assert 5 <= len(name) <= LONGEST
    assert not set(name) & set('/\\<>:"|?*\x00\r\n\u202e')
    assert name[0] not in " ."


@given(st.text())
def test_a_name_never_breaks_out_of_its_header(text):
    header = disposition(safe_name(text, PDF))

    header.encode("ascii")
    assert header.startswith("attachment; filename=\"attachment.pdf\"; filename*=UTF-8''")
    assert "\n" not in header
