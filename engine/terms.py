"""Every enumeration of the field with its Chinese term: the project's only dictionary.

A member's value is the English term stored in the database and spoken by the API; `label` is the
Chinese term people see. `parse` reads either.
"""

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """A word of the field: English value, Chinese label."""

    label: str

    def __new__(cls, value: str, label: str) -> Self:
        """Build a member from its English value and its Chinese label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the member whose English value or Chinese label is `text`.

        Raises:
            ValueError: no member has that name; the message lists those that exist.
        """
        for member in cls:
            if text.strip() in (member.value, member.label):
                return member
        known = "、".join(f"{member.label}({member.value})" for member in cls)
        message = f"没有“{text}”这个取值；可用：{known}"
        raise ValueError(message)


class TicketKind(Term):
    """What a requester wants (工单类型)."""

    CONSULTATION = "consultation", "咨询"
    HELP_REQUEST = "help_request", "求助"
    COMPLAINT = "complaint", "投诉"
    REPORT = "report", "举报"
    SUGGESTION = "suggestion", "建议"
    PRAISE = "praise", "表扬"


class Urgency(Term):
    """How fast a ticket must move (紧急程度)."""

    CRITICAL = "critical", "特急"
    URGENT = "urgent", "紧急"
    NORMAL = "normal", "一般"
    COMPLEX = "complex", "复杂"


class TicketStatus(Term):
    """Where a ticket stands in its life (工单状态)."""

    ACCEPTED = "accepted", "已受理"
    TO_BE_DISPATCHED = "to_be_dispatched", "待分派"
    DISPATCHED = "dispatched", "已派单"
    SIGNED_FOR = "signed_for", "已签收"
    IN_PROGRESS = "in_progress", "办理中"
    RETURNED = "returned", "已退单"
    IN_ARBITRATION = "in_arbitration", "会商中"
    ANSWERED = "answered", "已答复"
    CALLBACK_DUE = "callback_due", "待回访"
    REWORK = "rework", "重办"
    SUPERVISED = "supervised", "督办"
    CLOSED = "closed", "已办结"
    REFUSED = "refused", "不予受理"
    MERGED = "merged", "已并单"
    HANDED_TO_EMERGENCY = "handed_to_emergency", "已转紧急"
    WITHDRAWN = "withdrawn", "已撤回"
    VOIDED = "voided", "已作废"


class TicketEvent(Term):
    """What can happen to a ticket (工单事件); the first group moves its status."""

    ACCEPT = "accept", "受理登记"
    HOLD_FOR_DISPATCH = "hold_for_dispatch", "转分派岗"
    DISPATCH = "dispatch", "派单"
    REDISPATCH = "redispatch", "改派"
    SIGN_FOR = "sign_for", "签收"
    DEEM_SIGNED = "deem_signed", "视为签收"
    FIRST_CONTACT = "first_contact", "首次联系"
    RETURN = "return", "退单"
    UPHOLD_RETURN = "uphold_return", "同意退单"
    REJECT_RETURN = "reject_return", "不同意退单"
    CONVENE_PANEL = "convene_panel", "提交会商"
    DESIGNATE = "designate", "指定承办"
    ANSWER = "answer", "办结答复"
    SEND_BACK = "send_back", "审核退回"
    APPROVE_ANSWER = "approve_answer", "审核通过"
    ORDER_REWORK = "order_rework", "退回重办"
    SUPERVISE = "supervise", "督办"
    CLOSE = "close", "办结归档"
    ANSWER_ON_THE_SPOT = "answer_on_the_spot", "当场答复"
    REFUSE = "refuse", "不予受理"
    MERGE = "merge", "并单"
    HAND_TO_EMERGENCY = "hand_to_emergency", "转紧急热线"
    WITHDRAW = "withdraw", "诉求人撤回"
    VOID = "void", "撤回登记"

    # Facts that are recorded and leave the status as it is.
    ROUTE = "route", "派单建议"
    WARN = "warn", "到期预警"
    BREACH = "breach", "超期"
    REMIND = "remind", "催办"
    ESCALATE = "escalate", "升级"
    CALLBACK_ATTEMPT = "callback_attempt", "回访"
    EVALUATE = "evaluate", "评价"
    REQUEST_EXTENSION = "request_extension", "申请延期"
    GRANT_EXTENSION = "grant_extension", "同意延期"
    REFUSE_EXTENSION = "refuse_extension", "不同意延期"
    PAUSE = "pause", "停表"
    RESUME = "resume", "恢复计时"
    RECOMPUTE = "recompute", "期限重算"
    SUPPLEMENT = "supplement", "补充"
    ASK_WITHDRAWAL = "ask_withdrawal", "申请撤回"
    ASSIST_REPLY = "assist_reply", "协办意见"
    NOTE = "note", "备注"
    PROPOSE_REFUSAL = "propose_refusal", "提议不予受理"
    SETTLE_BY_PANEL = "settle_by_panel", "会商认定依法办结"
    PROMISE = "promise", "作出承诺"
    REPORT_PROMISE = "report_promise", "报告兑现"
    VERIFY_PROMISE = "verify_promise", "核查承诺"
    JUDGE_BREACH = "judge_breach", "超期认定"
    EXCLUDE = "exclude", "剔除认定"
    APPEAL = "appeal", "认定申诉"
    PROPOSE_LETTER = "propose_letter", "提议发函"
    DRAFT_LETTER = "draft_letter", "拟函"
    APPROVE_LETTER = "approve_letter", "签发函件"
    REVIEW_LETTER = "review_letter", "核稿"
    REJECT_LETTER = "reject_letter", "退回函稿"
    VOID_LETTER = "void_letter", "作废函件"
    SEND_LETTER = "send_letter", "发函"
    RECALL_LETTER = "recall_letter", "撤回发函"
    ANSWER_LETTER = "answer_letter", "函件回复"
    ACCEPT_LETTER_ANSWER = "accept_letter_answer", "审核函件回复"
    PROPOSE_REFERRAL = "propose_referral", "提议移交"
    UNMASK = "unmask", "查看号码"
    ATTACH = "attach", "添加附件"
    DOWNLOAD = "download", "下载附件"
    UNDELIVERED = "undelivered", "送达失败"


class Role(Term):
    """Who somebody is when signed in (角色)."""

    OPERATOR = "operator", "话务员"
    HANDLER = "handler", "承办人"
    UNIT_LEADER = "unit_leader", "承办单位负责人"
    SUPERVISOR = "supervisor", "主管"
    ADMINISTRATOR = "administrator", "管理员"
    AUDITOR = "auditor", "只读审计"


class ActorKind(Term):
    """What sort of actor caused an event (行为主体)."""

    USER = "user", "人员"
    API = "api", "接口"
    SYSTEM = "system", "系统"


class AssignmentRole(Term):
    """A unit's part in a ticket (承办角色)."""

    LEAD = "lead", "主办"
    ASSISTING = "assisting", "协办"


class ClockKind(Term):
    """What a clock measures (时限种类)."""

    REQUESTER = "requester", "诉求人时限"
    HANDLING = "handling", "承办时限"
    ASSISTING = "assisting", "协办时限"
    SIGN_FOR = "sign_for", "签收时限"
    FIRST_CONTACT = "first_contact", "首次联系时限"
    REVIEW = "review", "审核时限"
    CALLBACK = "callback", "回访时限"
    RETURN_RULING = "return_ruling", "退单裁定时限"
    ARBITRATION = "arbitration", "会商时限"
    RECTIFICATION_REPLY = "rectification_reply", "整改反馈时限"
    FOLLOW_UP = "follow_up", "跟踪督办时限"
    PROMISE = "promise", "承诺时限"
    VERIFICATION = "verification", "核查时限"


class DayHolder(Term):
    """In whose hands a ticket's working days passed (占用时间)."""

    HOTLINE = "hotline", "热线"
    UNIT = "unit", "承办单位"
    REQUESTER = "requester", "待诉求人"
    PAUSE = "pause", "停表"


class ClockState(Term):
    """Whether a clock still runs (计时状态); overdue is derived, never stored."""

    RUNNING = "running", "计时中"
    PAUSED = "paused", "停表"
    STOPPED = "stopped", "已停止"
    SUPERSEDED = "superseded", "已重算"


class DueStatus(Term):
    """Whether the calendar behind a due date is published (到期日状态)."""

    CONFIRMED = "confirmed", "确定"
    PROVISIONAL = "provisional", "暂定"


class DayKind(Term):
    """How one day of a deadline is treated (日期性质)."""

    RECEIVED = "received", "起算当日"
    COUNTED = "counted", "计入"
    WEEKEND = "weekend", "周末"
    HOLIDAY = "holiday", "放假"
    MAKE_UP = "make_up", "调休上班"
    PAUSED = "paused", "停表"


class LimitUnit(Term):
    """The unit in which a limit is expressed (期限单位)."""

    WORKING_DAY = "working_day", "工作日"
    CALENDAR_DAY = "calendar_day", "日"
    HOUR = "hour", "小时"
    MINUTE = "minute", "分钟"


class AnswerOutcome(Term):
    """What a unit says it has reached (办理结果)."""

    SOLVED = "solved", "已解决"
    PARTLY_SOLVED = "partly_solved", "部分解决"
    NOT_SOLVED = "not_solved", "未解决"


class Satisfaction(Term):
    """How content the requester is (满意度)."""

    SATISFIED = "satisfied", "满意"
    BASICALLY_SATISFIED = "basically_satisfied", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"
    NOT_EVALUATED = "not_evaluated", "未评价"


class CallbackChannel(Term):
    """How a requester was asked (回访方式); only a person's counts as 人工回访."""

    HUMAN_CALL = "human_call", "人工电话"
    FIELD_VERIFICATION = "field_verification", "实地核查"
    SMS = "sms", "短信"
    WEB = "web", "网上评价"
    ROBOT_CALL = "robot_call", "智能外呼"


class AttemptResult(Term):
    """What came of one attempt to reach a requester (接通情况)."""

    REACHED = "reached", "已接通"
    NO_ANSWER = "no_answer", "无人接听"
    BUSY = "busy", "占线"
    DECLINED = "declined", "拒绝回访"
    WRONG_NUMBER = "wrong_number", "号码有误"
    FOREIGN_LINE = "foreign_line", "外线无法拨打"


class CallbackState(Term):
    """Where a callback duty stands (回访状态)."""

    OWED = "owed", "待回访"
    REACHED = "reached", "已回访"
    EXHAUSTED = "exhausted", "已尽力未接通"


class PromiseState(Term):
    """Where a promise stands on which a matter was closed (承诺状态, 跟踪问效)."""

    OFFERED = "offered", "待审核"
    STANDING = "standing", "跟踪中"
    REPORTED = "reported", "待核查"
    KEPT = "kept", "已兑现"
    BROKEN = "broken", "未兑现"
    ENDED = "ended", "不再跟踪"


class VerificationWay(Term):
    """How somebody found out whether a promise was kept (核查方式)."""

    FIELD = "field_verification", "实地核查"
    CALL = "human_call", "人工回访"


class VerificationResult(Term):
    """What a verification found (核查结果)."""

    MET = "met", "已兑现"
    NOT_MET = "not_met", "未兑现"


class KnowledgeState(Term):
    """Where an entry of the knowledge base stands (知识状态); 已过期 is derived, never stored."""

    WANTED = "wanted", "待撰写"
    IN_FORCE = "in_force", "在用"
    WITHDRAWN = "withdrawn", "已停用"


class KnowledgeReview(Term):
    """Where one version of an entry stands (版本状态)."""

    PROPOSED = "proposed", "待审核"
    APPROVED = "approved", "已审核"
    REFUSED = "refused", "审核未通过"


class ReturnReason(Term):
    """Why a unit sends a ticket back (退单理由)."""

    NOT_OUR_DUTY = "not_our_duty", "不属于本单位职责"
    OTHER_UNIT_LEADS = "other_unit_leads", "应由其他单位主办"
    OUTSIDE_DISTRICT = "outside_district", "不属于本辖区"
    DUPLICATE = "duplicate", "重复派单"
    INSUFFICIENT_FACTS = "insufficient_facts", "诉求要素不全"


class ReturnRuling(Term):
    """What was decided about a return (退单裁定)."""

    PENDING = "pending", "待裁定"
    UPHELD = "upheld", "同意退单"
    REJECTED = "rejected", "不同意退单"
    TO_PANEL = "to_panel", "提交会商"


class RefusalReason(Term):
    """Why a matter is not accepted (不予受理理由)."""

    EMERGENCY = "emergency", "紧急事项应转110、119、120、122"
    IN_PROCEEDINGS = "in_proceedings", "依法应当或已经进入诉讼、仲裁、监察、复议、信息公开程序"
    IN_PETITION = "in_petition", "已进入信访程序"
    SAME_MATTER = "same_matter", "同一事项正在办理或已办结且无新的事实"
    SECRETS = "secrets", "涉及国家秘密、工作秘密、商业秘密、个人隐私"
    NO_PUBLIC_DUTY = "no_public_duty", "超出行政机关职责范围"
    CONTRARY_TO_LAW = "contrary_to_law", "违反法律法规或公序良俗"
    UNREASONABLE = "unreasonable", "诉求明显不合理或不合法"
    HARASSMENT = "harassment", "恶意占用热线资源或骚扰"


class RectificationGround(Term):
    """Why a unit is told to rectify (整改事由)."""

    DUTY_NOT_PERFORMED = "duty_not_performed", "未依法履行职能"
    PERFUNCTORY = "perfunctory", "敷衍塞责"
    FALSE_REPORT = "false_report", "弄虚作假"
    REFUSED_TO_SIGN = "refused_to_sign", "拒不签收"
    DISSATISFIED_TWICE = "dissatisfied_twice", "二次不满意且应解决未解决"
    BAD_ATTITUDE = "bad_attitude", "态度恶劣"
    LEAK = "leak", "泄露诉求人信息"


class LetterKind(Term):
    """Which official document (文书种类)."""

    REMINDER = "reminder", "催办通知书"
    SUPERVISION = "supervision", "督办函"
    RECTIFICATION = "rectification", "整改函"
    REFERRAL = "referral", "问题线索移交函"
    CORRECTION = "correction", "更正函"


class LetterStatus(Term):
    """Where a letter stands (函件状态)."""

    PROPOSED = "proposed", "待拟稿"
    DRAFTED = "drafted", "待核稿"
    REVIEWED = "reviewed", "待签发"
    REJECTED = "rejected", "退回修改"
    DROPPED = "dropped", "不发"
    SIGNED = "signed", "待发出"
    VOIDED = "voided", "已作废"
    SENT = "sent", "已发出"
    ANSWERED = "answered", "已回复"
    ACCEPTED = "accepted", "已认可"
    INSUFFICIENT = "insufficient", "反馈不到位"


class ReportKind(Term):
    """What is told of a period under the organ's number (通报、监测报告)."""

    BULLETIN = "bulletin", "通报"
    MONITORING = "monitoring", "监测报告"


class LetterAct(Term):
    """What is done to a letter (函件办理环节)."""

    DRAFT = "draft", "拟稿"
    REVIEW = "review", "核稿"
    REJECT = "reject", "退回修改"
    DROP = "drop", "决定不发"
    SIGN = "sign", "签发"
    VOID = "void", "作废"
    SEND = "send", "发出"
    RECALL = "recall", "撤回发送"
    ANSWER = "answer", "回复"
    ACCEPT = "accept", "认可反馈"
    FIND_INSUFFICIENT = "find_insufficient", "认定反馈不到位"


class Rung(Term):
    """One step of the escalation ladder (升级阶梯)."""

    HALF_TIME = "half_time", "期限过半提醒"
    ONE_DAY_LEFT = "one_day_left", "黄牌：剩一个工作日"
    DUE_DAY = "due_day", "到期当日提醒"
    BREACH = "breach", "超期"
    L1_REMINDER = "l1_reminder", "红牌催办"
    L2_SUPERVISION = "l2_supervision", "督办函"
    L3_INTERVIEW = "l3_interview", "约谈/挂牌督办"
    L4_LETTER = "l4_letter", "提议整改函/移交"
    DEEMED_SIGNED = "deemed_signed", "视为签收"


class Recipient(Term):
    """To whom a notice goes (收件角色)."""

    UNIT = "unit", "承办单位"
    UNIT_LEADER = "unit_leader", "承办单位负责人"
    SUPERVISOR = "supervisor", "主管"
    HOTLINE = "hotline", "热线"


class NoticeKind(Term):
    """Which notice or document is filled from a template (通知种类)."""

    ASSIGNMENT = "assignment", "派单通知"
    ASSISTING = "assisting", "协办通知"
    WARNING = "warning", "到期预警"
    BREACH = "breach", "超期告知"
    REMINDER = "reminder", "催办通知书"
    SUPERVISION = "supervision", "督办函"
    INTERVIEW = "interview", "约谈通知"
    RECTIFICATION = "rectification", "整改函"
    RECTIFICATION_ANSWERED = "rectification_answered", "函件回复告知"
    REFERRAL = "referral", "问题线索移交函"
    CORRECTION = "correction", "更正函"
    EXTENSION = "extension", "延期批复"
    RETURN_RULING = "return_ruling", "退单裁定"
    REWORK = "rework", "重办通知"
    CALLBACK_OWED = "callback_owed", "回访单"
    LETTER_PROPOSED = "letter_proposed", "函件待审告知"
    DUE_CHANGED = "due_changed", "期限变更告知"
    WITHDRAWN = "withdrawn", "撤回告知"
    DIGEST = "digest", "每日摘要"
    ADDRESS_CHECK = "address_check", "邮箱核实"
    FINDING = "finding", "认定告知"
    APPEAL_RULED = "appeal_ruled", "申诉裁定告知"
    KNOWLEDGE = "knowledge", "知识库告知"
    BULLETIN = "bulletin", "通报"


class MessageStatus(Term):
    """Where an outgoing message stands (送达状态)."""

    PENDING = "pending", "待发送"
    SENT = "sent", "已发出"
    UNDELIVERED = "undelivered", "送达失败"
    SUPERSEDED = "superseded", "不再发出"


class MailReplyStatus(Term):
    """What became of a mail that came in (来信状态)."""

    PROPOSED = "proposed", "拟答复"
    ASIDE = "aside", "待人工处理"
    USED = "used", "已采用"
    PUT_AWAY = "put_away", "已处理"


class WebhookFormat(Term):
    """In which shape events are pushed to another system (推送格式)."""

    STANDARD = "standard", "Standard Webhooks"
    CLOUDEVENTS = "cloudevents", "CloudEvents 逐条"
    CLOUDEVENTS_BATCH = "cloudevents_batch", "CloudEvents 批量"


class WebhookStop(Term):
    """Why nothing is pushed to a subscriber any more (停推原因)."""

    BY_HAND = "by_hand", "人工停用"
    GONE = "gone", "对方已注销"
    FAILING = "failing", "长期送不到"


class DeliveryState(Term):
    """Where one event stands on its way to one subscriber (推送状态)."""

    PENDING = "pending", "待发送"
    DELIVERED = "delivered", "已送达"
    DEAD = "dead", "未送达"
    WITHHELD = "withheld", "不外发"


class AsideWork(Term):
    """Background work that can be set aside when it breaks (搁置)."""

    WINDOW = "window", "评价期满"
    SILENCE = "silence", "逾期未决定视为受理"
    AFTER_LEAVING = "after_leaving", "邮件送出后的记录"


class AttachmentKind(Term):
    """What a file shows (附件种类)."""

    CREDENTIAL = "credential", "证件"
    CONTACT_EVIDENCE = "contact_evidence", "联系证据"
    HANDLING = "handling", "办理附件"


class RoutingDecision(Term):
    """What routing says of a ticket (派单判断)."""

    DISPATCH = "dispatch", "可直接派单"
    CHOOSE = "choose", "请选择承办单位"
    NOT_OURS = "not_ours", "不属清单单位"
    CONFLICT = "conflict", "须回避"


class RuleChangeKind(Term):
    """What a district changes by its own decision (规则修改种类)."""

    PARAMETER = "parameter", "规则参数"
    CALENDAR = "calendar", "工作日历"


class RuleChangeState(Term):
    """Where a change of the rules stands (规则修改状态)."""

    PROPOSED = "proposed", "待审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class TicketScope(Term):
    """Which tickets a supervisor's list shows (清单范围)."""

    OVERDUE = "overdue", "已超期"
    TODAY = "today", "今天到期"
    OPEN = "open", "在办"
    CALLBACK = "callback", "待回访"
    CLOSED = "closed", "已办结"
    ALL = "all", "全部"


class BulkKind(Term):
    """What supervisors do with many tickets at once (批量操作)."""

    REMIND = "remind", "催办"
    SUPERVISE = "supervise", "督办"
    NOTE = "note", "加备注"


class BreachJudgement(Term):
    """What is found of a breach (超期认定); the breach itself stays."""

    OPEN = "open", "未认定"
    CONFIRMED = "confirmed", "确认超期"
    EXCUSED = "excused", "免责"
    WITHDRAWN = "withdrawn", "已撤销"  # by the engine: 函件没有送达, 同意延期


class FindingKind(Term):
    """What supervisors find of a breach or of a ticket in the figures (认定种类)."""

    CONFIRMED = "confirmed", "确认超期"
    EXCUSED = "excused", "免责"
    EXCLUDED = "excluded", "剔除"


class FindingState(Term):
    """Where a finding stands (认定状态); only one in force counts in the adjusted figures."""

    PROPOSED = "proposed", "待复核"
    IN_FORCE = "in_force", "已生效"
    REFUSED = "refused", "复核未通过"
    ENDED = "ended", "已不再有效"


class CaseGround(Term):
    """Why a case is typical of a period (典型案例): one in a unit's favour, the others against."""

    PLEASED = "pleased", "快而满意"
    LATE = "late", "超期"
    REWORKED = "reworked", "退回重办"
    UNSOLVED = "unsolved", "未解决"
    DISSATISFIED = "dissatisfied", "不满意"
    RETURN_REFUSED = "return_refused", "退单不成立"


class Indicator(Term):
    """What is measured of the hotline and its units (评价指标)."""

    SIGNED_ON_TIME = "signed_on_time", "及时签收率"
    RESPONDED_ON_TIME = "responded_on_time", "诉求响应及时率"
    RESPONSE_TIME = "response_time", "诉求响应平均时长"
    ANSWERED_ON_TIME = "answered_on_time", "按时办结率"
    BREACHED = "breached", "超期率"
    CONTACTED = "contacted", "响应率"
    SOLVED = "solved", "解决率"
    SATISFIED = "satisfied", "满意率"
    CALLED_BACK = "called_back", "回访率"
    HUMAN_CALLED_BACK = "human_called_back", "人工回访覆盖率"
    RETURNED = "returned", "退单率"
    REWORKED = "reworked", "重办率"
    REWORK_ON_TIME = "rework_on_time", "重办按时率"
    ARREARS_VERIFIED = "arrears_verified", "账款拖欠核实率"
    PROMISE_KEPT = "promise_kept", "承诺兑现率"
