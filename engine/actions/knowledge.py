"""The knowledge base (知识库): wanted, written, reviewed by another, cited, ended."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from engine.actions import audit, post
from engine.actions.actor import require_role
from engine.actions.audit import Note
from engine.actions.post import Mail
from engine.actions.routing_in_force import in_force
from engine.actions.stated import stated, within
from engine.actions.step import Step
from engine.errors import BadInputError, ConflictError, NotPermittedError
from engine.models import KnowledgeEntry, KnowledgeUse, KnowledgeVersion, Ticket, Unit
from engine.rules import knowledge as rules
from engine.rules.knowledge import Asked, Written, may_review, missing_in_version
from engine.rules.routing.text import fold
from engine.rules.shanghai import shanghai_date
from engine.settings import load_settings
from engine.store import knowledge as store
from engine.store.knowledge import Row
from engine.terms import KnowledgeReview, KnowledgeState, NoticeKind, Recipient, Role

UNIT = (Role.HANDLER, Role.UNIT_LEADER)
REVIEWERS = (Role.UNIT_LEADER, Role.SUPERVISOR)
SHOWN = 3
TOPIC_WORDS, TOPIC_TEXTS = 5, 5
LONGEST_REASON = 300


def want(step: Step, unit: Unit, question: str, numbers: Sequence[str] = ()) -> KnowledgeEntry:
    """Ask a unit to write an entry that is missing (提请撰写), and tell it by mail.

    Raises:
        NotPermittedError: only supervisors ask.
        BadInputError: the question is too short or too long.
    """
    require_role(step.actor, Role.SUPERVISOR)
    words = question.strip()
    if not rules.SHORTEST_QUESTION <= len(words) <= rules.LONGEST_QUESTION:
        said = (
            f"问法写 {rules.SHORTEST_QUESTION} 至 {rules.LONGEST_QUESTION} 个字，不写诉求人信息。"
        )
        raise BadInputError(said, fields={"question": said})
    _refuse_twice(step, unit, words)
    entry = _entry(step, unit, words, list(numbers))
    _note(step, entry, "wanted")
    _tell(step, entry, unit, "wanted", "请撰写")
    return entry


def _entry(step: Step, unit: Unit, question: str, asked: list[str]) -> KnowledgeEntry:
    entry = KnowledgeEntry(
        unit_id=unit.id, state=KnowledgeState.WANTED, question=question,
        made_by_id=step.actor.account_id or 0, made_at=step.now, asked=asked,
    )  # fmt: skip
    step.session.add(entry)
    step.session.flush()
    return entry


def _refuse_twice(step: Step, unit: Unit, question: str) -> None:
    """Refuse a question a unit has in use, or was asked for, already; signs and width are no other.

    Raises:
        BadInputError: there is one; it is named.
    """
    asked = _plain(question)
    for entry in store.of_unit(step.session, unit.id):
        if _plain(entry.question) == asked:
            said = (
                f"{unit.name}已有这一问（第 {entry.id} 条，{entry.state.label}），请在那一条里写。"
            )
            raise BadInputError(said, fields={"question": said})


def _plain(question: str) -> str:
    return "".join(one for one in fold(question) if one.isalnum())


def begin(step: Step, unit: Unit, written: Written) -> KnowledgeVersion:
    """Write the first version of a new entry, by its unit or by a supervisor for it.

    Raises:
        NotPermittedError: another unit's.
        BadInputError: a field is missing.
    """
    _may_write(step, unit.id)
    _check(step, written)
    _refuse_twice(step, unit, written.question)
    return write(step, _entry(step, unit, written.question.strip(), []).id, written)


def _may_write(step: Step, unit_id: int) -> None:
    role = step.actor.role
    if role is Role.SUPERVISOR or (role in UNIT and step.actor.unit_id == unit_id):
        return
    message = "知识条目由负责单位或主管撰写。"
    raise NotPermittedError(message)


def _check(step: Step, written: Written) -> None:
    fields = missing_in_version(written, shanghai_date(step.now), step.rules)
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def write(step: Step, entry_id: int, written: Written) -> KnowledgeVersion:
    """Write a version of an entry; it is used once another person has reviewed it.

    Raises:
        NotPermittedError: another unit's entry.
        ConflictError: a version waits for its review, or the entry was withdrawn.
        BadInputError: a field is missing.
    """
    entry = store.entry(step.session, entry_id, lock=True)
    _may_write(step, entry.unit_id)
    _check(step, written)
    before = store.versions(step.session, entry.id)
    if entry.state is KnowledgeState.WITHDRAWN or any(_waits(one) for one in before):
        message = "这一条已停用，或有一版待审核，请先处理。"
        raise ConflictError(message)
    version = KnowledgeVersion(
        entry_id=entry.id, number=len(before) + 1, question=written.question.strip(),
        answer=written.answer.strip(), basis=written.basis.strip(),
        valid_until=written.valid_until or shanghai_date(step.now),
        written_by_id=step.actor.account_id or 0, written_at=step.now,
        review=KnowledgeReview.PROPOSED,
    )  # fmt: skip
    step.session.add(version)
    step.session.flush()
    _note(step, entry, "written", version=version.number)
    return version


def _waits(version: KnowledgeVersion) -> bool:
    return version.review is KnowledgeReview.PROPOSED


def review(step: Step, version_id: int, *, approved: bool, reason: str = "") -> KnowledgeVersion:
    """Approve a version, which then replaces the one before, or refuse it (审核).

    Raises:
        NotPermittedError: not by its writer; by the unit's leader or a supervisor only.
        ConflictError: it was reviewed already.
        BadInputError: refused without a reason, or its last day is over.
    """
    version = step.session.get_one(KnowledgeVersion, version_id)
    entry = store.entry(step.session, version.entry_id, lock=True)
    step.session.refresh(version)
    require_role(step.actor, *REVIEWERS)
    _may_write(step, entry.unit_id)
    refusal = may_review(step.actor.account_id or 0, version.written_by_id)
    if refusal is not None:
        raise NotPermittedError(refusal)
    if not _waits(version) or entry.state is KnowledgeState.WITHDRAWN:
        message = "这一版已经审核过，或条目已停用。"
        raise ConflictError(message)
    _need_reason(step, version, reason, approved=approved)
    said = within(reason, "reason", LONGEST_REASON)
    version.review = KnowledgeReview.APPROVED if approved else KnowledgeReview.REFUSED
    version.reviewed_by_id, version.reviewed_at = step.actor.account_id, step.now
    version.review_reason = said
    if approved:
        entry.state, entry.version_id = KnowledgeState.IN_FORCE, version.id
        entry.question, entry.valid_until = version.question, version.valid_until
    _note(step, entry, "approved" if approved else "refused", version=version.number)
    step.session.flush()
    return version


def _need_reason(step: Step, version: KnowledgeVersion, reason: str, *, approved: bool) -> None:
    if not approved and not reason.strip():
        words = "审核不通过的，请写明理由。"
        raise BadInputError(words, fields={"reason": words})
    if approved and version.valid_until < shanghai_date(step.now):
        words = "这一版的有效期已过，请退回重写。"
        raise BadInputError(words, fields={"reason": words})


def withdraw(step: Step, entry_id: int, reason: str) -> KnowledgeEntry:
    """Take an entry out of use (停用); its versions stay.

    Raises:
        NotPermittedError: another unit's entry.
        BadInputError: no reason was given.
        ConflictError: it is out of use already.
    """
    entry = store.entry(step.session, entry_id, lock=True)
    _may_write(step, entry.unit_id)
    said = stated(reason, "reason", "请写明停用理由。", LONGEST_REASON)
    if entry.state is KnowledgeState.WITHDRAWN:
        message = "这一条已经停用。"
        raise ConflictError(message)
    entry.state, entry.withdrawn_at = KnowledgeState.WITHDRAWN, step.now
    entry.withdrawn_reason = said
    _note(step, entry, "taken_out", reason=entry.withdrawn_reason)
    return entry


def suggest(step: Step, typed: str) -> list[tuple[KnowledgeVersion, Unit]]:
    """Return the entries that answer what was typed so far, with their owners, nearest first."""
    on = shanghai_date(step.now)
    share: int = step.rules.parameters["knowledge.found_share"].on(on).value
    ids = rules.found(typed, store.questions(step.session, on), share, SHOWN)
    return store.by_version(step.session, ids)


def search(step: Step, typed: str, rows: Sequence[Row]) -> list[Row]:
    """Return the entries of a list that what was typed finds, the nearest first."""
    share: int = step.rules.parameters["knowledge.found_share"].on(shanghai_date(step.now)).value
    known = {one.entry.id: rules.Kept(one.entry.question, _said(one.version)) for one in rows}
    by_id = {one.entry.id: one for one in rows}
    return [by_id[key] for key in rules.searched(typed, known, share)]


def _said(version: KnowledgeVersion | None) -> str:
    return f"{version.question}。{version.answer}。{version.basis}" if version else ""


def topic(step: Step, group: Sequence[Asked]) -> list[str]:
    """Return the duty words that most of some consultations have: what they ask, of nobody."""
    lexicon = in_force(step.session).router(shanghai_date(step.now)).lexicon
    found: Counter[str] = Counter()
    some = group[:TOPIC_TEXTS]
    for one in some:
        found.update({hit.expression for hit in lexicon.matcher.find(fold(one.text))})
    often = [word for word, count in found.most_common() if 2 * count >= len(some)]
    return [word for word in often if not any(word in other for other in often if other != word)][
        :TOPIC_WORDS
    ]


def cite(step: Step, ticket: Ticket, version_id: int) -> str:
    """Record that an answer cites a version, and return how it is cited: 知识库第7条第2版.

    Raises:
        BadInputError: the version is not in force, or its last day is over.
    """
    version = store.usable(step.session, version_id, shanghai_date(step.now))
    if version is None:
        words = "引用的知识条目已过期、停用或换了新版，请重新选用。"
        raise BadInputError(words, fields={"words": words})
    row = KnowledgeUse(ticket_id=ticket.id, version_id=version.id, entry_id=version.entry_id,
                       at=step.now)  # fmt: skip
    step.session.add(row)
    return f"知识库第 {version.entry_id} 条第 {version.number} 版"


def gaps(step: Step) -> list[tuple[Asked, ...]]:
    """Return the consultations that keep coming and that no entry answers (缺的知识)."""
    on = shanghai_date(step.now)
    window: int = step.rules.parameters["knowledge.gap_window"].on(on).value
    least: int = step.rules.parameters["knowledge.gap_count"].on(on).value
    questions, wanted = store.known(step.session, on)
    found = store.asked(step.session, step.now - timedelta(days=window))
    open_ = [one for one in found if one.number not in wanted]
    return rules.gaps(open_, questions, least, step.rules, on)


def tell_owners(step: Step) -> int:
    """Owe the owners a mail of each entry that ends soon, and of each that has ended; once each.

    Return how many mails were new.
    """
    today = shanghai_date(step.now)
    before: int = step.rules.parameters["knowledge.warn_before"].on(today).value
    count = 0
    for entry, unit in store.ending(step.session, today + timedelta(days=before)):
        over = entry.valid_until is not None and entry.valid_until < today
        what = "已过期，现不能引用" if over else "即将到期"
        count += _tell(step, entry, unit, f"{entry.version_id}:{'over' if over else 'soon'}", what)
    return count


def _tell(step: Step, entry: KnowledgeEntry, unit: Unit, key: str, what: str) -> int:
    settings = load_settings()
    facts = {
        "unit": unit.name, "entry": entry.question, "what": what, "valid_until": entry.valid_until,
        "link": f"{settings.link_base}/knowledge/{entry.id}", "confidential": False,
        "hotline_name": settings.hotline_name, "contact": settings.contact,
    }  # fmt: skip
    mail = Mail(key=f"knowledge:{entry.id}:{key}", kind=NoticeKind.KNOWLEDGE, facts=facts,
                unit=unit)  # fmt: skip
    to = post.addresses(step.session, unit, (Recipient.UNIT,))
    return post.post(step, None, mail, to)


def _note(step: Step, entry: KnowledgeEntry, action: str, **details: object) -> None:
    what = Note(f"knowledge:{entry.id}", f"knowledge_{action}", details)
    audit.note(step.session, step.actor, step.now, what)
