"""What a mail that came in may become (邮件回复): a proposed answer at most, never a decision."""

from dataclasses import dataclass

from engine.rules.citations import cites


@dataclass(frozen=True)
class ReplyFacts:
    """What is known of a mail: its mark, its sender, its ticket.

    `marked` says that it bears a mark this installation made; `looks_marked` that it bears
    something of that form; `in_hand` that the unit it was made for still has the ticket;
    `several_senders` that its From names more than one address; `seems_automatic` that its subject
    is a machine's; `only_quoted` that all of its words are a mail forwarded or quoted.
    """

    marked: bool
    looks_marked: bool
    from_unit: bool
    in_hand: bool
    confidential: bool
    empty: bool
    several_senders: bool = False
    seems_automatic: bool = False
    only_quoted: bool = False


@cites("house/H-84")
def reply_refusal(facts: ReplyFacts) -> str | None:
    """Return why a mail is kept aside for a person, in Chinese; None: it is a proposed answer."""
    unknown = "回信标记不是本系统签发的" if facts.looks_marked else "没有回信标记，不知属于哪张工单"
    reasons = (
        (not facts.marked, unknown),
        (facts.several_senders, "发件人不止一个，不知是谁写的"),
        (not facts.from_unit, "发件地址不是该单位登记的邮箱"),
        (facts.confidential, "保密工单不收邮件回复"),
        (not facts.in_hand, "工单已不在该单位手里"),
        (facts.seems_automatic, "像是自动回复，但带着附件"),
        (facts.empty, "信里没有正文"),
        (facts.only_quoted, "信里只有转发或引用的邮件"),
    )
    return next((why for holds, why in reasons if holds), None)
