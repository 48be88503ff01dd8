"""How changes outside tickets are said on the audit page."""

from collections.abc import Mapping

from engine.models import AuditEntry

ACTIONS = {
    "account_made": "建账号", "password_reset": "重置密码", "unlocked": "解锁账号",
    "switched_on": "启用账号", "switched_off": "停用账号", "unit_mail": "改单位邮箱",
    "sign_in": "登录", "sign_out": "退出", "wrong_password": "密码错误", "locked_out": "登录锁定",
    "change_password": "改密码", "end_sessions": "结束登录", "verify_address": "核实单位邮箱",
    "export": "导出台账", "export_audit": "导出审计链", "load_reference": "载入参考数据",
    "edit_lexicon": "改派单词库", "restore_routing": "恢复派单版本", "learn_routing": "派单学习",
    "rule_change_proposed": "提议改规则", "rule_change_approved": "批准改规则",
    "rule_change_refused": "不同意改规则", "rule_change_withdrawn": "撤回改规则",
    "made": "新建", "changed": "修改", "revoked": "停用", "replaced": "轮换",
    "old_ended": "旧密钥提前停用", "stopped": "停止推送", "started": "恢复推送",
    "secret_changed": "换推送密钥", "old_secret_ended": "旧推送密钥提前停用",
    "send_again": "重发邮件", "let_be": "不再发邮件", "put_reply_away": "处理来信",
    "give_reply": "来信归入工单", "fetch_original": "下载来信原件",
    "knowledge_wanted": "提请撰写知识", "knowledge_written": "写知识条目",
    "knowledge_approved": "知识审核通过", "knowledge_refused": "知识审核不通过",
    "knowledge_taken_out": "停用知识条目",
    "replayed_dead": "重推失败的", "replayed_since": "重推一段",
    "words_taken_out": "到期脱敏（经过里的字）",
    "accept_restored": "认可恢复的库",
    "taken_out": "到期脱敏", "hold": "下保存令", "release": "解除保存令",
    "rotate_key": "换个人信息密钥", "prepare_key": "备个人信息密钥", "retire_key": "停个人信息密钥",
}  # fmt: skip
STREAMS = {"account": "账号", "unit": "单位", "api_key": "接口密钥", "webhook": "事件推送",
           "mail": "发出的邮件", "mail_reply": "来信",
           "knowledge": "知识库第",
           "routing": "派单规则", "rule_change": "规则修改", "reference": "参考数据"}  # fmt: skip
NAMES = {"username": "账号", "role": "角色", "name": "名称", "unit": "单位", "reason": "理由",
         "version": "版本", "scopes": "权限", "expression": "用语", "tier": "强弱",
         "change": "变化", "address": "来自", "email": "收件邮箱", "leader_email": "负责人邮箱",
         "leader_name": "负责人", "ticket": "工单", "tickets": "工单 id",
         "clause": "依据", "key": "密钥",
         "seen": "本机见过的封存", "stands": "库里的末次封存",
         "ids": "经过 id", "log": "日志"}  # fmt: skip
FOR_MACHINES = {"digests"}  # `hotline audit verify` reads them


def stream_words(stream: str, people: Mapping[str, str]) -> str:
    """Return what a stream is called: "account:7" is 账号 7, with the name it has in `people`."""
    kind, _, rest = stream.partition(":")
    name = f"（{people[stream]}）" if stream in people else ""
    return f"{STREAMS.get(kind, kind)} {rest}{name}".strip()


def entry_words(entry: AuditEntry) -> str:
    """Return an entry's particulars as one line."""
    parts = [f"{NAMES.get(name, name)} {_plain(value)}" for name, value in entry.details.items()
             if name not in FOR_MACHINES]  # fmt: skip
    return "；".join(part for part in parts if not part.endswith(" "))


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
