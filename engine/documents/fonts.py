"""The fonts of official letters: which family plays which role, and whether it has every character.

Searched in this order: the site's own directory (HOTLINE_FONT_DIRECTORY: 仿宋_GB2312,
方正小标宋简体 when mounted), `fonts` under the installation's HOTLINE_VAR, the checkout's
`var/fonts` (filled by `scripts/fonts.py`), the Noto fonts of the Python package. The machine's own
fonts are never used, so that two machines make the same letter. A missing family or glyph is an
error here, because typst would print an empty page or boxes without a word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from engine.documents.font_files import fault_of, font_files
from engine.documents.glyphs import Range, covered, draws
from engine.errors import DocumentError
from engine.settings import load_settings

PREPARED = Path(__file__).resolve().parents[2] / "var" / "fonts"
FALLBACK = "Noto Serif SC"
BOLD_FROM = 600


class FontRole(StrEnum):
    """What a family is used for in a letter (字体用途)."""

    FANGSONG = "fangsong"
    TITLE = "title"
    HEITI = "heiti"
    KAITI = "kaiti"
    SONG = "song"


# The first name of each line is the official one, named in the DOCX; then the names typst may see
# it under, then the free stand-ins in order of likeness.
FAMILIES: dict[FontRole, tuple[tuple[str, ...], tuple[str, ...]]] = {
    FontRole.FANGSONG: (
        ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong"),
        ("FandolFang R", "FandolFang", FALLBACK),
    ),
    FontRole.TITLE: (
        (
            "方正小标宋简体",
            "方正小标宋",
            "方正小标宋_GBK",
            "FZXiaoBiaoSong-B05S",
            "FZXiaoBiaoSong-B05",
            "FZXBSJW--GB1-0",
            "FZXBSK--GBK1-0",
        ),
        ("Noto Serif CJK SC", FALLBACK),
    ),
    FontRole.HEITI: (("黑体", "SimHei"), ("Noto Sans SC", "Noto Sans CJK SC", FALLBACK)),
    FontRole.KAITI: (
        ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi"),
        ("FandolKai", "LXGW WenKai", FALLBACK),
    ),
    # Page numbers alone: the cut-down face spares 11 MB of memory.
    FontRole.SONG: (
        ("宋体", "SimSun"),
        ("Noto Serif SC Numerals", FALLBACK, "Noto Serif CJK SC"),
    ),
}
OURS = {name for names in FAMILIES.values() for one in names for name in one}
OFFICIAL_NAMES = {role: names[0][0] for role, names in FAMILIES.items()}


@dataclass(frozen=True)
class Face:
    """One font file's face as typst sees it."""

    family: str
    weight: int
    path: str
    index: int


@dataclass(frozen=True)
class RoleFont:
    """The family chosen for a role; `stand_in` when it is not the official one."""

    role: FontRole
    family: str
    weight: int
    stand_in: bool
    thicken: bool


@dataclass(frozen=True)
class FontSet:
    """The families letters are set in, where they lie, and how each stands for the official one."""

    directories: tuple[Path, ...]
    faces: tuple[Face, ...]
    roles: tuple[RoleFont, ...]

    def of(self, role: FontRole) -> RoleFont:
        """Return the family chosen for `role`."""
        return next(font for font in self.roles if font.role is role)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Return which families stand in for official ones."""
        return tuple(self._substitution(font) for font in self.roles if font.stand_in)

    def notes_for(self, texts: Iterable[tuple[FontRole, str]]) -> tuple[str, ...]:
        """Return the notes to keep with a letter: families that stand in, glyphs from the fallback.

        Raises:
            DocumentError: a character has no glyph in any font; the message names it.
        """
        used = list(texts)
        notes = [self._substitution(font) for font in self._fonts_of(used) if font.stand_in]
        glyphs = {char: "" for role, text in used for char in self._borrowed(role, text)}
        if glyphs:
            notes.append(f"字形替代：{'、'.join(glyphs)} → {FALLBACK}")
        return tuple(notes)

    def _fonts_of(self, used: list[tuple[FontRole, str]]) -> list[RoleFont]:
        wanted = {role for role, text in used if text}
        return [font for font in self.roles if font.role in wanted]

    def _substitution(self, font: RoleFont) -> str:
        family = font.family.removesuffix(" R")  # FandolFang's one weight calls itself "R"
        name = f"{family} Bold" if font.weight >= BOLD_FROM else family
        return f"字体替代：{OFFICIAL_NAMES[font.role]} → {name}"

    def _borrowed(self, role: FontRole, text: str) -> list[str]:
        own = self._drawn_by(self.of(role).family)
        missing = [c for c in dict.fromkeys(text) if not c.isspace() and not draws(own, c)]
        spare = self._drawn_by(FALLBACK) if missing else ()
        for char in missing:
            if not draws(spare, char):
                raise DocumentError(_no_glyph(char))
        return missing

    def _drawn_by(self, family: str) -> tuple[Range, ...]:
        face = next((face for face in self.faces if face.family == family), None)
        return covered(face.path, face.index) if face else ()


def installed_fonts() -> FontSet:
    """Return the fonts of this installation.

    Raises:
        DocumentError: the site's directory is not there, a font is not whole, or no family is there
            for a role.
    """
    settings = load_settings()
    site = settings.font_directory
    if site is not None and not site.is_dir():
        message = (
            f"HOTLINE_FONT_DIRECTORY 所指的目录 {site} 不存在或没有挂载，函件不能生成；"
            "请挂载该目录，或去掉这项设置改用随附的字体。"
        )
        raise DocumentError(message)
    return find_fonts(site, settings.var / "fonts", PREPARED)


def find_fonts(site_directory: Path | None = None, *prepared: Path) -> FontSet:
    """Return the fonts letters are set in: the site's own first, then prepared ones, then Noto.

    Without `prepared` directories the checkout's own is taken.

    Raises:
        DocumentError: no family is there for a role, or a font file is not whole; letters must not
            be issued.
    """
    candidates = (site_directory, *(prepared or (PREPARED,)), _wheel_directory())
    found = (path.resolve() for path in candidates if path is not None and path.is_dir())
    return _load(tuple(dict.fromkeys(found)))


@lru_cache(maxsize=4)
def _load(directories: tuple[Path, ...]) -> FontSet:
    faces = _faces(directories)
    for path, fault in faulty_files(directories):
        if _may_be_ours(path, faces):
            raise DocumentError(_no_font(path, fault))
    roles = tuple(_choose(role, faces) for role in FontRole)
    return FontSet(directories=directories, faces=faces, roles=roles)


def faulty_files(directories: Iterable[Path]) -> list[tuple[Path, str]]:
    """Return the font files there that are not whole, and what is wrong with each."""
    found = ((path, fault_of(path)) for path in font_files(directories))
    return [(path, fault) for path, fault in found if fault]


def _may_be_ours(path: Path, faces: tuple[Face, ...]) -> bool:
    """Return whether letters would be set in a file; of one that nobody can read nobody knows."""
    seen = {face.family for face in faces if Path(face.path) == path}
    return not seen or not seen.isdisjoint(OURS)


def _faces(directories: tuple[Path, ...]) -> tuple[Face, ...]:
    import typst

    found = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(path) for path in directories],
    )
    return tuple(
        Face(font.family, int(font.weight), str(font.path), int(font.index))
        for font in found.fonts()
        if font.path
    )


def _choose(role: FontRole, faces: tuple[Face, ...]) -> RoleFont:
    official, stand_ins = FAMILIES[role]
    for family in (*official, *stand_ins):
        weights = [face.weight for face in faces if face.family == family]
        if weights:
            stand_in = family not in official
            weight = max(weights) if role is FontRole.TITLE else min(weights)
            thicken = role is FontRole.TITLE and stand_in and weight < BOLD_FROM
            return RoleFont(role, family, weight, stand_in, thicken)
    message = (
        f"没有可用的{official[0]}或替代字体，函件不能生成；"
        "请运行 scripts/fonts.py，或把字体放进 HOTLINE_FONT_DIRECTORY 所指的目录。"
    )
    raise DocumentError(message)


def _wheel_directory() -> Path | None:
    try:
        import pylopdf_fonts_zh_cn
    except ImportError:
        return None
    return Path(pylopdf_fonts_zh_cn.__file__).parent


def _no_font(path: Path, fault: str) -> str:
    return f"字体文件 {path} {fault}，函件不能生成；请重新拷贝这个文件，或把它移出字体目录。"


def _no_glyph(char: str) -> str:
    return (
        f"字符“{char}”（U+{ord(char):04X}）在现有字体中没有字形，排不成文书；自己写的请改用通行写法，"
        "别人写的请管理员把含该字的字体放进 HOTLINE_FONT_DIRECTORY 所指的目录。"
    )
