"""Reads the whole audit log through and names the first row that does not fit (链条核验)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from engine.actions.audit_key import public_key
from engine.actions.audit_succession import line_to, need_key, signer, successions
from engine.models import AuditEntry, AuditSeal, TicketEventRecord
from engine.store import audit as store
from engine.store import chain
from engine.store.retention import MASKS

Told = Callable[[int], None]
TELL_EVERY = 5000


@dataclass(frozen=True)
class Verdict:
    """What a check came to: rows read, the newest seal's link, and the fault, if there is one."""

    checked: int
    head: str
    fault: str = ""


@dataclass(frozen=True)
class _Row:
    """One row of either log, ready to be compared with what it should be."""

    log: str
    id: int
    stream: str
    seq: int
    facts: dict[str, Any]
    words: bytes
    said: bytes
    link: bytes
    record: TicketEventRecord | AuditEntry


class _Reader:
    """Follows the streams one after the other; remembers only the row before."""

    def __init__(self, taken_out: Mapping[int, str]) -> None:
        self._taken_out = taken_out
        self._stream, self._seq, self._link = "", 0, chain.BEGINNING
        self.checked = 0

    def fault_in(self, row: _Row) -> str:
        """Return what is wrong with the next row, or nothing."""
        if row.stream != self._stream:
            self._stream, self._seq, self._link = row.stream, 0, chain.BEGINNING
        expected, previous = self._seq + 1, self._link
        self._seq, self._link, self.checked = row.seq, row.link, self.checked + 1
        name = f"{row.stream} 第 {row.seq} 条（{row.log} id {row.id}）"
        if row.seq != expected:
            return f"{row.stream} 缺第 {expected} 条：被删掉，或换过次序（现接着第 {row.seq} 条）。"
        if row.words != row.said and not self._was_taken_out(row):
            return f"{name}的内容与指纹不符：被改过。"
        if chain.link(previous, row.stream, row.seq, row.facts, row.said) != row.link:
            return f"{name}接不上前一条：它被改过，或它前面有记录被换掉、插入、换了次序。"
        return ""

    def _was_taken_out(self, row: _Row) -> bool:
        """Say whether a row's words are those that retention left: masked, and these very ones."""
        if not isinstance(row.record, TicketEventRecord):
            return False
        left = self._taken_out.get(row.id)
        if left is None or left not in {"", row.words.hex()}:
            return False
        said = chain.canonical(chain.event_words(row.record)).decode()
        return any(mask in said for mask in MASKS)


def verify(session: Session, tell: Told = lambda _count: None) -> Verdict:
    """Read both logs through; `tell` hears how many rows were read, now and then.

    Raises:
        BadInputError: the log was sealed, and this machine has not the key.
    """
    need_key(session)
    reader = _Reader(store.taken_out(session))
    fault = _first(_row_faults(session, reader, tell)) or _first(_wider_faults(session))
    return Verdict(reader.checked, _head(session), fault)


def _first(faults: Iterator[str]) -> str:
    return next((fault for fault in faults if fault), "")


def _row_faults(session: Session, reader: _Reader, tell: Told) -> Iterator[str]:
    for row in _rows(session):
        yield reader.fault_in(row)
        if reader.checked % TELL_EVERY == 0:
            tell(reader.checked)


def _rows(session: Session) -> Iterator[_Row]:
    for event, number in store.events_in_order(session):
        yield _Row(
            store.EVENTS, event.id, f"ticket:{number}", event.seq, chain.event_facts(event),
            chain.words_digest(chain.event_words(event)), event.words_digest, event.link, event,
        )  # fmt: skip
    for entry, stream in store.entries_in_order(session):
        yield _Row(
            store.ENTRIES, entry.id, stream, entry.seq, chain.entry_facts(entry),
            chain.words_digest(chain.entry_words(entry)), entry.words_digest, entry.link, entry,
        )  # fmt: skip


def _wider_faults(session: Session) -> Iterator[str]:
    headless = store.headless(session)
    if headless:
        number, status = headless
        yield (f"ticket:{number} 现为“{status}”，最后一条经过却不是：末尾的经过被删掉，"
               "或者状态被直接改过。")  # fmt: skip
    keys = line_to(public_key(), successions(session))
    for log in store.LOGS:
        previous = chain.BEGINNING
        for seal in store.seals(session, log):
            yield _seal_fault(session, seal, previous, keys)
            previous = seal.link


def _seal_fault(
    session: Session, seal: AuditSeal, previous: bytes, keys: Mapping[bytes, int | None]
) -> str:
    name = f"封存 {seal.id}（{seal.log} id {seal.from_id} 至 {seal.to_id}）"
    span = (seal.from_id, seal.to_id)
    if chain.seal_link(previous, seal.log, span, seal.rows, seal.root) != seal.link:
        return f"{name}接不上前一个封存：封存被改过、删掉或换过次序。"
    if signer(keys, seal.id, seal.signature, seal.link) is None:
        return f"{name}的签名不对：不是用本机的审计密钥签的，也不是它接替的密钥当时签的。"
    found = store.span(session, seal.log, *span, seal.rows + 1)
    if found.rows != seal.rows:
        return f"{name}应有 {seal.rows} 条，现有 {found.rows} 条：有记录被删掉或插入。"
    if chain.root(found.links) != seal.root:
        return f"{name}里的记录被换过。"
    return ""


def _head(session: Session) -> str:
    last = [one for log in store.LOGS if (one := store.last_seal(session, log))]
    return max(last, key=lambda one: one.id).link.hex() if last else ""
