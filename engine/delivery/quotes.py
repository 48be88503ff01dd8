"""What a person wrote in a mail, apart from the mail that is answered (引用).

Nothing is left out that may be a person's word: only what stands as quotations do above or below
all of it, and a mail of ours that was quoted whole.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MARKED = re.compile(r"\s*>")
# The lines above the mail that is answered, in the mail programs offices use.
DIVIDER = re.compile(
    r"[\s>]*[-—_*]{2,}\s*((回复的)?原(始)?邮件|邮件原件|转发的?邮件(信息)?"
    r"|original( message)?|(replied|forwarded) message)\s*[-—_*]{2,}\s*",
    re.IGNORECASE,
)
HEADER = re.compile(
    r"[\s>|*]*(发件人|发送时间|发件时间|日期|时间|收件人|抄送|主题|from|sent|date|to|cc|subject)"
    r"[\s*]*[:：|]",
    re.IGNORECASE,
)
FIRST_HEADERS = frozenset({"发件人", "from"})
SAID = re.compile(r".{0,300}(写道|wrote)\s*[:：]\s*", re.IGNORECASE)
ADDRESS, DAY = re.compile(r"<[^<>\s]+@[^<>\s]+>"), re.compile(r"\d{4}\D|\d{1,2}:\d\d")
WRAPPED = re.compile(r"[\s>]*(on\s|at\s|在)", re.IGNORECASE)
RULE = re.compile(r"[\s>]*[-_=*—]{5,}\s*")
LINK, SIGNS = re.compile(r"<?\bhttps?://[^\s>]*>?"), re.compile(r"[\W_]+")
# Technical: how many headers stand together, within how many lines; a line long enough to be known
# by a part of ours; and how many lines of ours between a person's words are a mail quoted whole.
TOGETHER, NEAR, LONG, WHOLE = 3, 8, 8, 5


@dataclass(frozen=True)
class OwnWords:
    """A person's own words, and whether a quotation beside them was left out."""

    text: str
    left_out: bool


def own_words(text: str, sent: Iterable[str] = ()) -> OwnWords:
    """Return what a person wrote, in order; `sent` are the mails of ours they may have quoted.

    What they wrote between the lines of a quotation stands there with those lines.
    """
    page = _Page(text, sent)
    quoted = page.quoted()
    own = [at for at, line in enumerate(page.lines) if line and at not in quoted]
    kept = page.kept(own, quoted) if own else []
    said = "\n".join(page.lines[at] for at in kept)
    return OwnWords(re.sub(r"\n{3,}", "\n\n", said).strip(), bool(quoted - set(kept)))


class _Page:
    """The lines of a mail, beside what we wrote: both by letters and digits alone."""

    def __init__(self, text: str, sent: Iterable[str]) -> None:
        self.lines = [one.rstrip() for one in text.split("\n")]
        ours = list(sent)
        self.known = {_plain(line) for one in ours for line in one.split("\n")} - {""}
        self.whole = "\n".join(map(_plain, ours))

    def quoted(self) -> set[int]:
        """Return which lines are those of a mail that is quoted, or stand above one."""
        heads = dict(_heads(self.lines))
        starts = [*heads, len(self.lines)]
        found = self._without_head(range(starts[0]))
        for start, until in pairwise(starts):
            found |= {*range(start, heads[start])} | self._below_head(range(heads[start], until))
        return {at for at in found if self.lines[at]}

    def kept(self, own: Sequence[int], quoted: set[int]) -> list[int]:
        """Return which lines stay: from a person's first to their last, but no mail of ours whole.

        What is quoted above stays where they answer line by line, and the line they answer.
        """
        above, own_lines = [at for at in sorted(quoted) if at < own[-1]], set(own)
        whole = {
            at
            for run in self._runs(above)
            if len(run) >= WHOLE and self._is_ours(run)
            for at in (run[:-1] if run[-1] + 1 in own_lines and above[-1] > own[0] else run)
        }
        answered = any(at > own[0] for at in above if at not in whole)
        first = 0 if answered else own[0]
        return [at for at in range(first, own[-1] + 1) if at not in whole]

    def _without_head(self, region: range) -> set[int]:
        """Return the marked lines (>) that are a quotation: a person may mark a list so."""
        marked = [at for at in region if MARKED.match(self.lines[at])]
        runs = [run for run in self._runs(marked) if not self.whole or self._is_ours(run)]
        return {at for run in runs for at in run}

    def _below_head(self, region: range) -> set[int]:
        said = [at for at in region if self.lines[at]]
        marked = {at for at in said if MARKED.match(self.lines[at])}
        if marked or self._is_ours(said):
            return marked | {*self._ours(said)}
        return set(said)  # nobody can tell whose it is

    def _is_ours(self, said: Sequence[int]) -> bool:
        return len(list(self._ours(said))) * 2 >= len(said)

    def _ours(self, said: Sequence[int]) -> Iterator[int]:
        """Yield which lines we wrote; a short one counts where it goes on as ours does."""
        before = ""
        for at in said:
            plain = _plain(self.lines[at])
            if plain in self.known or (plain and self._goes_on(before, plain)):
                yield at
            before = plain

    def _goes_on(self, before: str, plain: str) -> bool:
        if len(plain) >= LONG:
            return plain in self.whole
        return bool(before) and before + plain in self.whole

    def _runs(self, found: Sequence[int]) -> list[list[int]]:
        """Return lines in runs between which nothing else stands."""
        runs: list[list[int]] = []
        for at in found:
            if runs and not any(self.lines[runs[-1][-1] + 1 : at]):
                runs[-1].append(at)
            else:
                runs.append([at])
        return runs


def _plain(text: str) -> str:
    return SIGNS.sub("", LINK.sub("", text))


def _heads(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where the lines above a quoted mail begin and end."""
    at = 0
    while at < len(lines):
        end = _head_end(lines, at)
        if end == at:
            at += 1
            continue
        above = next((one for one in range(at - 1, -1, -1) if lines[one]), None)
        yield at if above is None or not RULE.fullmatch(lines[above]) else above, end
        at = end


def _head_end(lines: Sequence[str], at: int) -> int:
    """Return where what begins at a line and stands above a quoted mail ends; there: nothing."""
    if DIVIDER.fullmatch(lines[at]):
        return _headers_end(lines, at + 1, 1)
    header = HEADER.match(lines[at])
    if header and header[1].lower() in FIRST_HEADERS:
        return _headers_end(lines, at, TOGETHER)
    return next((at + one for one in (1, 2) if _says_who_wrote(lines, at, one)), at)


def _headers_end(lines: Sequence[str], at: int, least: int) -> int:
    named: dict[str, int] = {}
    for one in range(at, min(at + NEAR, len(lines))):
        match = HEADER.match(lines[one])
        if match and match[1].lower() in named:
            break  # those of a mail that was answered before
        if match:
            named[match[1].lower()] = one
    return max(named.values()) + 1 if len(named) >= least else at


def _says_who_wrote(lines: Sequence[str], at: int, many: int) -> bool:
    """Return whether some lines say who wrote what is quoted below (在…写道：)."""
    said = " ".join(lines[at : at + many])
    if not SAID.fullmatch(said) or (many > 1 and not WRAPPED.match(lines[at])):
        return False
    below = next((lines[one] for one in range(at + many, len(lines)) if lines[one]), "")
    return bool(ADDRESS.search(said) or (DAY.search(said) and MARKED.match(below)))
