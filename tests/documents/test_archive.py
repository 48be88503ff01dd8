"""PDF/A-2b by its structure: what ISO 19005-2 asks of a file that is to be read in fifty years.

No validator can be had from a registry; these are the clauses a letter could break.
"""

import io

import pikepdf
import pytest

from engine.documents.fonts import find_fonts
from engine.documents.letter_texts import letter_from
from engine.documents.letters import render_pdf
from engine.terms import LetterKind
from tests.documents.facts import SIGNED_AT, a_history, a_referral

ID = "{http://www.aiim.org/pdfa/ns/id/}"
FORBIDDEN = ("/JavaScript", "/JS", "/AA", "/OpenAction", "/EmbeddedFiles", "/AcroForm")
OPAQUE = (None, 1)


@pytest.fixture(scope="module", params=list(LetterKind))
def archived(request):
    letter = letter_from(request.param, a_referral(unit="区喆堃局", history=a_history()))
    return pikepdf.open(io.BytesIO(render_pdf(letter, fonts=find_fonts(), moment=SIGNED_AT).pdf))


def dictionaries(pdf, kind):
    return [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary)
            and one.get("/Type") == kind]  # fmt: skip


def test_it_says_part_and_conformance_and_what_it_is(archived):
    said = archived.open_metadata(set_pikepdf_as_editor=False)

    assert (said[f"{ID}part"], said[f"{ID}conformance"]) == ("2", "B")
    assert said.pdfa_status == "2B"
    assert "柳州市城中区政务网络服务中心" in said["dc:creator"]
    assert said["xmp:CreateDate"].startswith("2026-10-23T01:00:00")


def test_its_colours_are_those_of_an_embedded_profile(archived):
    (intent,) = archived.Root.OutputIntents

    profile = intent.DestOutputProfile.read_bytes()
    assert str(intent.S) == "/GTS_PDFA1"
    assert (intent.DestOutputProfile.N, profile[36:40], profile[16:20]) == (3, b"acsp", b"RGB ")


def test_every_font_is_embedded(archived):
    described = dictionaries(archived, "/FontDescriptor")
    used = {str(one.FontDescriptor.FontName) for one in dictionaries(archived, "/Font")
            if "/FontDescriptor" in one}  # fmt: skip

    assert used
    assert used == {str(one.FontName) for one in described}
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(one.keys()) for one in described)
    composite = [one for one in dictionaries(archived, "/Font") if one.Subtype == "/Type0"]
    assert all("/ToUnicode" in one for one in composite)


def test_nothing_shines_through_runs_or_is_locked(archived):
    for state in dictionaries(archived, "/ExtGState"):
        assert state.get("/CA") in OPAQUE
        assert state.get("/ca") in OPAQUE
        assert state.get("/SMask") in (None, pikepdf.Name("/None"))
    for page in archived.pages:
        assert str(page.get("/Group", {}).get("/S", "")) != "/Transparency"
        assert "/Annots" not in page
    assert not archived.is_encrypted
    assert not any(name in archived.Root for name in FORBIDDEN)
    assert not any("/JS" in one for one in archived.objects if isinstance(one, pikepdf.Dictionary))


def test_the_file_names_itself_and_is_marked_up(archived):
    assert archived.trailer.ID
    assert archived.pdf_version == "1.7"
    assert archived.Root.Lang == "zh-CN"
    assert "/StructTreeRoot" in archived.Root
