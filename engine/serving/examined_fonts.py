"""Looks over the fonts of official letters (公文字体): stand-ins, and files that are spoilt."""

from collections.abc import Iterator

from engine.documents.font_files import font_files
from engine.documents.fonts import faulty_files, installed_fonts
from engine.errors import EngineError
from engine.serving.findings import Finding, broken, fine, look
from engine.settings import Settings

WHAT = "公文字体"
MAKE = "照所说的办；一个字体也没有时运行 make fonts。"
ADD = "有授权的字体放进 HOTLINE_FONT_DIRECTORY 所指的目录，重启即用。"
MOUNT = "看看该目录是不是没有挂载；不用自己的字体的，去掉 HOTLINE_FONT_DIRECTORY。"
COPY = "重新拷贝这个文件，或把它移出字体目录；函件没有用到它。"


def fonts(settings: Settings) -> Iterator[Finding]:
    """Yield whether letters can be made, in which fonts, and what is wrong in the directories."""
    yield from _site(settings)
    try:
        found = installed_fonts()
    except EngineError as error:
        yield broken(WHAT, str(error), MAKE)
        return
    for path, fault in faulty_files(found.directories):
        yield look(WHAT, f"字体文件 {path} {fault}", COPY)
    if found.stand_ins:
        yield look(WHAT, "；".join(found.stand_ins), ADD)
    else:
        yield fine(WHAT, "规定的字体都在")


def _site(settings: Settings) -> Iterator[Finding]:
    """Yield that the site's own directory is empty, as a mount point without its mount is."""
    site = settings.font_directory
    if site is not None and site.is_dir() and not any(font_files([site])):
        words = f"HOTLINE_FONT_DIRECTORY 所指的目录 {site} 里没有字体文件，函件改用随附的字体"
        yield look(WHAT, words, MOUNT)
