"""Set up the letters' fonts: Debian's free stand-ins for 仿宋, 楷体 and 小标宋, into var/fonts.

Best effort: it copies what the machine already has, else downloads Debian's packages and takes the
few files it wants. It prints one line, never fails, and stops after a minute. Without it letters
are set in the Noto fonts that come with the Python packages. Fonts are never committed: the Fandol
fonts are under the GPL with the font exception, Noto is under the OFL.

Noto Serif CJK Bold is made thin: 27 MB for Chinese, Japanese and Korean become 10 MB with the
characters of GBK, because whoever makes a letter holds every font it uses in memory, and whoever
writes a PDF goes through every glyph of it.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import IO, Any

# The installation's own directory where one is named, else that of this checkout.
FONTS = Path(os.environ.get("HOTLINE_VAR") or Path(__file__).resolve().parents[1] / "var") / "fonts"
PACKAGES = {
    "texlive-lang-chinese": ("FandolFang-Regular.otf", "FandolKai-Regular.otf"),
    "fonts-noto-cjk": ("NotoSerifCJK-Bold.ttc",),  # made into NotoSerifCJKsc-Bold.otf
}
COLLECTION, BOLD = FONTS / "NotoSerifCJK-Bold.ttc", FONTS / "NotoSerifCJKsc-Bold.otf"
NUMERALS = FONTS / "NotoSerifSC-Numerals.otf"
SIMPLIFIED_FACE = 2
PAGE_NUMBER = "—–- 0123456789"
NEEDLESS_TABLES = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx")
INSTALLED = (
    Path("/usr/share/fonts/opentype/noto"),
    Path("/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"),
    Path("/usr/share/texmf/fonts/opentype/public/fandol"),
)
TIME_LIMIT_SECONDS = 55.0


def main() -> None:
    """Fill var/fonts with what is missing and say in one line how it went."""
    stop_at = time.monotonic() + TIME_LIMIT_SECONDS
    for package, names in PACKAGES.items():
        with contextlib.suppress(OSError, subprocess.SubprocessError, tarfile.TarError):
            _fetch(package, names, stop_at)
    with contextlib.suppress(ImportError):
        _make_thin()
    say(_summary())


def say(line: str) -> None:
    """Print one line."""
    sys.stdout.write(line + "\n")


def _summary() -> str:
    missing = [name for names in PACKAGES.values() for name in names if not _have(name)]
    if not missing:
        return "字体已就绪：var/fonts（FandolFang、FandolKai、Noto Serif CJK SC Bold）"
    return f"字体未取得：{'、'.join(missing)}；函件改用随附的 Noto 字体，并在函件上注明替代。"


def _have(name: str) -> bool:
    return (FONTS / name).exists() or (name == COLLECTION.name and BOLD.exists())


def _fetch(package: str, names: tuple[str, ...], stop_at: float) -> None:
    for name in names:
        _copy_installed(name)
    if all(_have(name) for name in names):
        return
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return
    with tempfile.TemporaryDirectory() as directory:
        _download(package, Path(directory), stop_at)
        for archive in Path(directory).glob("*.deb"):
            _extract(archive, names, stop_at)


def _copy_installed(name: str) -> None:
    source = next((root / name for root in INSTALLED if (root / name).is_file()), None)
    if source and not _have(name):
        with source.open("rb") as stream:
            _keep(stream, name)


def _download(package: str, directory: Path, stop_at: float) -> None:
    subprocess.run(
        ["apt-get", "download", "-qq", package],
        cwd=directory,
        timeout=max(1.0, stop_at - time.monotonic()),
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _extract(archive: Path, names: tuple[str, ...], stop_at: float) -> None:
    content = archive.with_suffix(".tar")
    with content.open("wb") as stream:
        subprocess.run(
            ["dpkg-deb", "--fsys-tarfile", str(archive)],
            stdout=stream,
            stderr=subprocess.DEVNULL,
            timeout=max(1.0, stop_at - time.monotonic()),
            check=True,
        )
    with tarfile.open(content) as package:
        for member in package:
            if member.isfile() and Path(member.name).name in names:
                _keep(package.extractfile(member), Path(member.name).name)


def _make_thin() -> None:
    """Cut Noto Serif CJK Bold down to GBK, and Noto Serif SC to what a page number needs."""
    import pylopdf_fonts_zh_cn as wheel
    from fontTools.ttLib import TTFont

    options = {"lazy": True, "recalcBBoxes": False}
    if COLLECTION.exists():
        _thin(TTFont(COLLECTION, fontNumber=SIMPLIFIED_FACE, **options), _gbk(), BOLD)
        COLLECTION.unlink()
    if not NUMERALS.exists():
        regular = TTFont(Path(wheel.__file__).parent / "NotoSerifSC-Regular.otf", **options)
        for record in regular["name"].names:
            if record.nameID in (1, 16):
                record.string = "Noto Serif SC Numerals"
        _thin(regular, set(map(ord, PAGE_NUMBER)), NUMERALS)
    for made, characters in ((BOLD, _gbk()), (NUMERALS, set(map(ord, PAGE_NUMBER)))):
        if made.exists() and _keeps_unused(font := TTFont(made, **options)):
            _thin(font, characters, made)  # made when unused glyphs still kept their place


def _keeps_unused(font: Any) -> bool:
    return bool(font["maxp"].numGlyphs > len(set(font.getBestCmap().values())) + 1)


def _gbk() -> set[int]:
    pairs = (bytes((high, low)) for high in range(0x81, 0xFF) for low in range(0x40, 0xFF))
    chinese = {ord(text) for pair in pairs if len(text := pair.decode("gbk", "ignore")) == 1}
    return chinese | set(range(0x20, 0x7F))


def _thin(font: Any, characters: set[int], target: Path) -> None:
    """Write `font` with glyphs for `characters` alone.

    Subroutines stay: a subsetter would follow every one of them, which takes two minutes.
    """
    font["cmap"].tables = [one for one in font["cmap"].tables if one.format in (4, 12)]
    drawn = {".notdef"}
    for table in font["cmap"].tables:
        table.cmap = {code: name for code, name in table.cmap.items() if code in characters}
        drawn.update(table.cmap.values())
    _drop_all_but(drawn, font)
    for tag in NEEDLESS_TABLES:
        if tag in font:
            del font[tag]
    draft = target.with_suffix(".part")
    font.save(draft)
    draft.replace(target)


def _drop_all_but(drawn: set[str], font: Any) -> None:
    top = font["CFF "].cff.topDictIndex[0]
    places = [place for place, name in enumerate(top.charset) if name in drawn]
    names = [top.charset[place] for place in places]
    strings = top.CharStrings.charStringsIndex
    strings.items = [strings[place] for place in places]
    del strings.file, strings.offsets
    top.CharStrings.charStrings = {name: place for place, name in enumerate(names)}
    if hasattr(top, "FDSelect"):
        top.FDSelect.format = None
        top.FDSelect.gidArray = [top.FDSelect.gidArray[place] for place in places]
    widths = font["hmtx"]
    widths.metrics = {name: widths.metrics[name] for name in names}
    top.charset, top.numGlyphs = names, len(names)
    font.setGlyphOrder(names)


def _keep(stream: IO[bytes] | None, name: str) -> None:
    if stream is None:
        return
    FONTS.mkdir(parents=True, exist_ok=True)
    draft = FONTS / f".{name}.part"
    with draft.open("wb") as target:
        shutil.copyfileobj(stream, target)
    draft.replace(FONTS / name)


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # the installation goes on without them
        say(f"字体未取得（{error}）；函件改用随附的 Noto 字体。")
