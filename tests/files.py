"""Small real files of every type that may be attached, and some that may not."""

import io
import zipfile

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(30)
AMR = b"#!AMR\n" + bytes(30)
MP3 = b"ID3\x04\x00\x00" + bytes(40)
M4A = b"\x00\x00\x00\x20ftypM4A " + bytes(40)
EXE = b"MZ\x90\x00" + bytes(60)
HTML = b"<!doctype html><script>alert(1)</script>"


def package(**parts: bytes | str) -> bytes:
    """Return a zip with these parts; a double underscore in a name stands for a slash."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in parts.items():
            zipped.writestr(name.replace("__", "/").replace("_", "."), content)
    return made.getvalue()


DOCX = package(word__document_xml="<w:document/>")
XLSX = package(xl__workbook_xml="<workbook/>")
OFD = package(OFD_xml="<ofd/>")
