"""Pictures of archived pages: what is shown is the file that was signed, not a letter set anew."""

import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine.errors import NotFoundError

PAGE = b"""#set page(width: 210mm, height: 297mm, margin: 0pt)
#image("letter.pdf", page: int(sys.inputs.page), width: 100%)
"""


@lru_cache(maxsize=16)
def picture_of_pdf(pdf: bytes, page: int = 1, ppi: float = 110) -> bytes:
    """Return one page of a PDF as a PNG picture.

    Raises:
        NotFoundError: the PDF has no such page.
    """
    import typst

    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "letter.pdf").write_bytes(pdf)
        source = Path(directory, "page.typ")
        source.write_bytes(PAGE)
        compiler = typst.Compiler(input=str(source), root=directory, ignore_system_fonts=True)
        try:
            drawn: Any = compiler.compile(
                sys_inputs={"page": str(page)}, format="png", ppi=float(ppi)
            )
        except typst.TypstError as error:
            message = f"这份函没有第 {page} 页。"
            raise NotFoundError(message) from error
    return bytes(drawn)
