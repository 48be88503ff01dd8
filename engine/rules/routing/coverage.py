"""What the tickets say about the list and the lexicon (热度、词库覆盖): for supervisors."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from engine.rules.routing.files import read_yaml
from engine.rules.routing.lexicon import Lexicon
from engine.rules.routing.router import Router
from engine.rules.routing.text import fold

_SIZES = (4, 3, 2)
_STOPS = frozenset(",.;:!?()<>[]{}'\"-_/\\|+=*&^%$#@~`。，；：！？（）《》“”‘’、…—·0123456789")
_CLUMSY = frozenset(
    "的了是在我们你他她它这那有没不就都也和与或及被把给让要会能说到个上下来去又很还吗呢吧啊"
)


@dataclass(frozen=True)
class Coverage:
    """How many texts the lexicon knew anything of, and the frequent words it did not know."""

    texts: int
    known: int
    strangers: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Texts with at least one known expression, 0 to 1."""
        return self.known / self.texts if self.texts else 1.0


def lexicon_coverage(texts: Iterable[str], router: Router, *, at_least: int = 3) -> Coverage:
    """The words of unrouted tickets that are in no lexicon, the most frequent first.

    A word counts once a text; `at_least` is the number of texts it must be in.
    """
    folded = [fold(text) for text in texts]
    worth = router.lexicon.worth
    known = sum(
        any(hit.expression in worth for hit in router.lexicon.matcher.find(text)) for text in folded
    )
    seen: Counter[str] = Counter()
    for text in folded:
        seen.update(
            {word for gap in unknown_stretches(text, router.lexicon) for word in _words(gap)}
        )
    frequent = {
        word: times for word, times in seen.items() if times >= at_least and not _everyday(word)
    }
    return Coverage(len(folded), known, tuple(_without_parts(frequent)))


def _everyday(word: str) -> bool:
    """Whether a word is nobody's duty: everyday words, numbers, times."""
    openings, words = _everyday_words()
    return word in words or word[0] in openings


@cache
def _everyday_words() -> tuple[str, frozenset[str]]:
    content = read_yaml("everyday.yaml")
    return str(content["openings"]), frozenset(map(str, content["words"]))


def unknown_stretches(text: str, lexicon: Lexicon) -> Iterator[str]:
    """What lies between the expressions the lexicon knows."""
    hits = [(hit.start, hit.start + len(hit.expression)) for hit in lexicon.matcher.find(text)]
    edges = [(0, 0), *hits, (len(text), len(text))]
    for (_, end), (start, _) in pairwise(edges):
        if start > end:
            yield text[end:start]


def _words(gap: str) -> Iterator[str]:
    for size in _SIZES:
        for at in range(len(gap) - size + 1):
            word = gap[at : at + size]
            if not (set(word) & _STOPS) and word[0] not in _CLUMSY and word[-1] not in _CLUMSY:
                yield word


def _without_parts(frequent: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Drop a word that nearly always stands inside a longer one."""
    for word, times in sorted(frequent.items(), key=lambda item: (-item[1], -len(item[0]))):
        longer = (other for other in frequent if len(other) > len(word) and word in other)
        if not any(frequent[other] == times for other in longer):
            yield word, times
