"""Pages of annexes (页数): what the register says is what both sides count at the table."""

import re
import subprocess
from dataclasses import replace

import pytest

from engine.documents.fonts import find_fonts
from engine.documents.letter_data import Annex, Paragraph
from engine.documents.letter_texts import referral_letter
from engine.documents.letters import annex_pages, render_pdf
from tests.documents.facts import SIGNED_AT, a_referral

FONTS = find_fonts()


def annex(title, rows):
    return Annex(title=title, header=("项目", "内容"), widths=(3, 13), prose=True,
                 rows=tuple((str(one), "说明" * 20) for one in range(rows)))  # fmt: skip


def counted(letter, tmp_path):
    """Return how many pages each annex takes in the whole letter, by where 附件N begins."""
    (tmp_path / "letter.pdf").write_bytes(render_pdf(letter, fonts=FONTS, moment=SIGNED_AT).pdf)
    done = subprocess.run(["pdftotext", "-layout", tmp_path / "letter.pdf", "-"],
                          capture_output=True, check=True)  # fmt: skip
    pages = done.stdout.decode().split("\f")[:-1]
    begins = [at for at, page in enumerate(pages) if re.match(r"\s*附件\d\s*\n", page)]
    return [end - begin for begin, end in zip(begins, [*begins[1:], len(pages)], strict=True)]


@pytest.mark.parametrize("lines", [1, 4, 5, 6, 7, 8, 9, 12])
@pytest.mark.parametrize("rows", [(1, 1), (30, 1), (2, 45)])
def test_an_annex_has_the_pages_it_takes_in_the_whole_letter(lines, rows, tmp_path):
    letter = referral_letter(a_referral())
    annexes = tuple(annex(f"附表{at}", many) for at, many in enumerate(rows))
    body = (Paragraph("线索来源" * 7 * lines),)
    whole = replace(letter, body=body, attachments=(letter.attachments[0], *annexes))

    pages = annex_pages(whole, annexes, fonts=FONTS)

    assert list(pages) == counted(whole, tmp_path)[1:]
