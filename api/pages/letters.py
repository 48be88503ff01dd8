"""Letters (函件审批): the page as it will go out beside its evidence; one drafts, another signs."""

import re

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.pages.documents import document_file
from api.pages.forms import EMPTY, Form, Posted
from api.pages.kept_forms import as_left, drop_kept, kept_among, not_shown
from api.pages.reply_limits import reply_limit, struck_findings
from api.pages.visit import EYES, Visit, attempt, reading
from engine.actions import corrections, letter_signing, recallable, recalling, referrals
from engine.actions import letters as actions
from engine.actions.earlier_letters import UNDRAFTED
from engine.actions.excused_breaches import excused_note
from engine.actions.ground_evidence import kept_among as quoted_among
from engine.actions.impersonal import refuse_personal
from engine.actions.letter_facts import letter_data
from engine.actions.letter_preview import pages_of, why_not_set
from engine.actions.letter_replies import judge_answer
from engine.actions.letter_seen import check_seen, seen_of
from engine.actions.moot_letters import fallen, known_evidence, nothing_behind
from engine.actions.revoked_breaches import before_these
from engine.actions.sealed_annex import PRINTABLE, print_sealed_annex
from engine.documents.fonts import FontRole, installed_fonts
from engine.errors import (
    BadInputError,
    ConflictError,
    DocumentError,
    EngineError,
    NotFoundError,
    NotPermittedError,
)
from engine.models import Letter, Ticket, Unit
from engine.rules.letter_life import GONE_OUT, UNFINISHED
from engine.rules.reply_words import reply_words
from engine.store import attachments, clocks, desk_lists, desk_ticket, desk_unit
from engine.store import letters as store
from engine.store import tickets as ticket_store
from engine.terms import LetterKind, LetterStatus, RectificationGround, Role

router = APIRouter(include_in_schema=False)
REFERABLE = (LetterKind.RECTIFICATION, LetterKind.SUPERVISION)
DRAWN_UP = (LetterStatus.DRAFTED, LetterStatus.REVIEWED)
ASKED_TWICE = {
    "approve": LetterStatus.REVIEWED, "send": LetterStatus.SIGNED, "void": LetterStatus.SIGNED,
    "correct": None, "recall": LetterStatus.SENT,
}  # fmt: skip
PASSING_ON = ("approve", "send")
KEPT = ("drafting", "opinion", "judging", "referring", "correct", "void", "recall")
MOST_EVIDENCE = 40
BETWEEN = re.compile(r"[，,、；;\s]+")


@router.get("/letters/{letter_id}")
def letter_page(request: Request, letter_id: int, step: str = "") -> Response:
    """Show one letter; `?step=` approve, send, void or correct asks once more before it is done."""
    with reading(request, *EYES) as visit:
        return _page(visit, letter_id, EMPTY, asked=step)


def _page(
    visit: Visit, letter_id: int, form: Form, error: EngineError | None = None,
    *, asked: str = "",
) -> Response:  # fmt: skip
    letter = store.letter(visit.session, letter_id)
    ticket = visit.session.get_one(Ticket, letter.ticket_id)
    kept = kept_among(visit, letter_id, *KEPT) if visit.role is Role.SUPERVISOR else {}
    gone = fallen(visit.step, letter)
    held, early = _held(visit, letter)
    asked = _asked(letter, asked, passable=gone is None, held=held, early=early)
    shown = _forms(letter, asked)
    facts = {
        "letter": letter, "ticket": ticket, "form": as_left(form, kept, shown), "error": error,
        "kept": kept, "left": not_shown(kept, shown),
        "last_page": pages_of(visit.step, letter), "asked": asked,
        "unit": visit.session.get_one(Unit, letter.unit_id),
        "pages": why_not_set(visit.step, letter), "own": letter.drafted_by_id == visit.account.id,
        "Ground": RectificationGround, "targets": _targets(visit, letter),
        "names": desk_ticket.names(visit.session, [
            letter.drafted_by_id, letter.reviewed_by_id, letter.approved_by_id, letter.sent_by_id,
            letter.voided_by_id, letter.replied_by_id]),
        **reply_limit(visit, letter), "struck": struck_findings(visit, ticket, letter),
        "reply_files": attachments.of_letter(visit.session, letter.id),
        "mails": desk_lists.mails_of_letter(visit.session, letter.id),
        "breaches": (missed := clocks.breaches(visit.session, ticket.id)),
        "revoked": before_these(ticket_store.events(visit.session, ticket), missed),
        "earlier": desk_lists.letters_of_unit(visit.session, letter.unit_id, letter.id),
        "evidence": known_evidence(visit.step, ticket, letter)
                    if letter.status in UNDRAFTED else letter.evidence,
        "quoted_among": quoted_among, "moot": nothing_behind(visit.step, letter),
        "fallen": gone, "held": held, "early": early,
        "barred": recallable.why_not_recalled(visit.step, letter) if held else "",
        "excused": excused_note(visit.step, ticket), "seen": seen_of(visit.step, letter),
        "supervisor": visit.role is Role.SUPERVISOR, "waiting": letter.status in UNFINISHED,
        "gone_out": letter.status in GONE_OUT,
        "corrections": store.corrections_of(visit.session, letter.id),
        "seals": letter.kind is LetterKind.REFERRAL and letter.status in PRINTABLE,
    }  # fmt: skip
    return visit.page("letter.html", facts, _status(error) if error else 200)


def _held(visit: Visit, letter: Letter) -> tuple[bool, bool]:
    """Return whether none of its mails has left, and whether that makes a correction too early."""
    held = recallable.may_recall(visit.step, letter)
    return held, held and bool(corrections.too_early(visit.step, letter))


def _asked(letter: Letter, step: str, *, passable: bool, held: bool, early: bool) -> str:
    """Return the step that may be asked once more for a letter in this state, or nothing."""
    open_to = {**dict.fromkeys(PASSING_ON, passable), "recall": held, "correct": not early}
    if not open_to.get(step, True):
        return ""
    wanted = ASKED_TWICE.get(step)
    possible = letter.status is wanted if wanted else letter.status in GONE_OUT
    return step if step in ASKED_TWICE and possible else ""


def _forms(letter: Letter, asked: str) -> tuple[str, ...]:
    """Return which forms the page of a letter in this state has for a supervisor."""
    may_refer = letter.status in GONE_OUT and letter.kind in REFERABLE
    referring = ("referring",) if may_refer else ()
    if asked:
        return (asked, *referring)
    found = {
        **dict.fromkeys(UNDRAFTED, "drafting"), **dict.fromkeys(DRAWN_UP, "opinion"),
        LetterStatus.ANSWERED: "judging",
    }.get(letter.status, "")  # fmt: skip
    judged = found != "judging" or letter.kind is not LetterKind.REFERRAL
    return (*((found,) if judged else ()), *referring)


def _status(error: EngineError) -> int:
    """Return the status of a refusal; a letter that can't be set is no fault of the program."""
    return ConflictError.status if isinstance(error, DocumentError) else error.status


def _targets(visit: Visit, letter: Letter) -> list[tuple[str, str]]:
    """Return to whom a clue may be handed: key and name; nothing for other letters."""
    if letter.kind is not LetterKind.REFERRAL:
        return []
    found = referrals.choices_of(visit.step, letter)
    return [(one.key, f"{one.kind}：{unit.name}") for one, unit in found]


@router.post("/letters/{letter_id}/sealed-annex")
def sealed(request: Request, letter_id: int, form: Posted) -> Response:
    """Return the sheet that names the requester, to be printed and sealed; it leaves a trace."""

    def do(visit: Visit) -> Response:
        _need_supervisor(visit)
        letter = store.letter(visit.session, letter_id, lock=True)
        data = print_sealed_annex(visit.step, letter, form.text("why"))
        return document_file(f"{letter.number}密封附件", "pdf", data)

    def again(visit: Visit, error: EngineError) -> Response:
        _need_supervisor(visit)
        return _page(visit, letter_id, form, error)

    return attempt(request, form, do, again)


@router.post("/letters/{letter_id}/{what}")
def decide(request: Request, letter_id: int, what: str, form: Posted) -> Response:
    """Draft, review, sign, reject, drop, send, void, correct or judge a letter."""

    def do(visit: Visit) -> Response:
        _need_supervisor(visit)
        letter = store.letter(visit.session, letter_id, lock=True)
        if what not in DOINGS:
            message = "没有这个操作。"
            raise NotFoundError(message)
        check_seen(visit.step, letter, what, form.text("seen"))
        said = DOINGS[what](visit, letter, form)
        drop_kept(visit, form)
        return visit.go(f"/letters/{letter_id}", said)

    def again(visit: Visit, error: EngineError) -> Response:
        _need_supervisor(visit)
        return _page(visit, letter_id, form, error, asked=what)

    return attempt(request, form, do, again)


def _need_supervisor(visit: Visit) -> None:
    if visit.role is not Role.SUPERVISOR:
        message = "您没有这项权限。需要的角色：主管。"
        raise NotPermittedError(message)


def _draft(visit: Visit, letter: Letter, form: Form) -> str:
    known = {one.value for one in RectificationGround}
    grounds = tuple(RectificationGround.parse(one) for one in form.many("grounds") if one in known)
    draft = actions.Draft(
        grounds, form.lines("demands"), form.many("evidence")[:MOST_EVIDENCE],
        target=form.text("target"), judgement=form.text("judgement"), found=form.text("found"),
        copies=tuple(filter(None, BETWEEN.split(form.text("copies").strip()))),
    )  # fmt: skip
    _check_characters(form)
    actions.draft_letter(visit.step, letter, draft)
    installed_fonts().notes_for(letter_data(visit.step, letter, number=None).texts())
    return "稿已拟好，等另一位主管核稿。"


def _check_characters(form: Form) -> None:
    """Refuse a character that no font has while its writer still sits before it.

    Raises:
        BadInputError: names the field and the character.
    """
    fields = {}
    for name in ("demands", "judgement", "right"):
        try:
            installed_fonts().notes_for([(FontRole.FANGSONG, form.text(name))])
        except DocumentError as error:
            fields[name] = str(error)
    if fields:
        raise BadInputError("".join(fields.values()), fields=fields)


def _approve(visit: Visit, letter: Letter, form: Form) -> str:
    letter_signing.sign_letter(visit.step, letter)
    return f"已签发，编号 {letter.number}。请打印用印，然后发出；不发的请作废。"


def _review(visit: Visit, letter: Letter, form: Form) -> str:
    actions.review_letter(visit.step, letter)
    return "已核稿，等签发。"


def _send(visit: Visit, letter: Letter, form: Form) -> str:
    letter_signing.send_letter(visit.step, letter)
    unit = visit.session.get_one(Unit, letter.unit_id)
    clock = desk_unit.reply_clocks(visit.session, [letter]).get(letter.id)
    about = reply_words(letter.kind).about
    until = f"，应于 {clock.due_on:%m月%d日} 前回复{about}" if clock else ""
    return f"已发 {letter.number}，{unit.name}{until}。"


def _void(visit: Visit, letter: Letter, form: Form) -> str:
    letter_signing.void_letter(visit.step, letter, form.text("reason"))
    return f"{letter.number} 已作废，字号保留，理由已留痕。"


def _recall(visit: Visit, letter: Letter, form: Form) -> str:
    recalling.recall_letter(visit.step, letter, form.text("reason"))
    return f"{letter.number} 的发送已撤回，邮件没有送出。可以重新发出；不发的请作废。"


def _correct(visit: Visit, letter: Letter, form: Form) -> str:
    _check_characters(form)
    wrong, right = form.text("wrong"), form.text("right")
    made = corrections.propose_correction(visit.step, letter, wrong=wrong, right=right)
    return f"更正函稿已拟好（第 {made.id} 号），等另一位主管核稿。"


def _reject(visit: Visit, letter: Letter, form: Form) -> str:
    actions.reject_letter(visit.step, letter, form.text("opinion"))
    return "已退回修改。"


def _drop(visit: Visit, letter: Letter, form: Form) -> str:
    actions.drop_letter(visit.step, letter, form.text("opinion"))
    return "已决定不发，理由已留痕。"


def _refer(visit: Visit, letter: Letter, form: Form) -> str:
    field = "grave" if "grave" in form.values else "opinion"
    reason = form.text(field).strip()
    if not reason:
        words = "请写明为什么建议移交线索。"
        raise BadInputError(words, fields={field: words})
    ticket = ticket_store.lock_ticket(visit.session, letter.ticket_id)
    refuse_personal(visit.step, ticket, field, reason, "移交理由")
    grounds = tuple(RectificationGround.parse(one) for one in letter.grounds)
    proposal = actions.Proposal(LetterKind.REFERRAL, grounds, reason)
    made = actions.propose_letter(visit.step, ticket, proposal)
    if made is None:
        message = "这张工单已有一份问题线索移交函在办。"
        raise ConflictError(message)
    proposed = "已提议移交线索，由主管拟稿、另一位主管批准。"
    return referrals.joined_words(made, ticket) or proposed


def _judge(visit: Visit, letter: Letter, form: Form) -> str:
    if form.text("accepted") not in ("yes", "no"):
        words = "请选认定的结论。"
        raise BadInputError(words, fields={"accepted": words})
    accepted = form.text("accepted") == "yes"
    judge_answer(visit.step, letter, accepted=accepted, opinion=form.text("opinion"))
    said = reply_words(letter.kind)
    return f"已{said.enough}。" if accepted else f"认定{said.short}，单位须再次回复。"


DOINGS = {
    "draft": _draft, "review": _review, "approve": _approve, "reject": _reject, "drop": _drop,
    "send": _send, "recall": _recall, "void": _void, "correct": _correct, "judge": _judge,
    "refer": _refer,
}  # fmt: skip
