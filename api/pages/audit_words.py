"""How changes outside tickets are said on the audit page."""

from engine.models import AuditEntry

ACTIONS = {
    "create_account": "建账号", "reset_password": "重置密码", "change_password": "改密码",
    "switch_account_off": "停用账号", "switch_account_on": "启用账号", "lock_account": "账号锁定",
    "end_sessions": "结束登录", "sign_in": "登录", "set_unit_mail": "改单位邮箱",
    "create_key": "建接口密钥", "revoke_key": "停用接口密钥", "rotate_key": "轮换接口密钥",
    "edit_lexicon": "改派单词库", "restore_routing": "恢复派单版本", "learn_routing": "派单学习",
    "load_reference": "载入参考数据", "export_audit": "导出审计链",
    "words_taken_out": "到期脱敏",
}  # fmt: skip
STREAMS = {"account": "账号", "unit": "单位", "key": "接口密钥", "routing": "派单规则",
           "rules": "规则", "calendar": "日历", "reference": "参考数据"}  # fmt: skip
NAMES = {"username": "账号", "role": "角色", "name": "名称", "unit": "单位", "reason": "理由",
         "version": "版本", "scopes": "权限", "expression": "用语", "tier": "强弱",
         "change": "变化"}  # fmt: skip


def stream_words(stream: str) -> str:
    """Return what a stream is called: "account:7" is 账号 7."""
    kind, _, rest = stream.partition(":")
    return f"{STREAMS.get(kind, kind)} {rest}".strip()


def entry_words(entry: AuditEntry) -> str:
    """Return an entry's particulars as one line."""
    parts = [f"{NAMES.get(name, name)} {_plain(value)}" for name, value in entry.details.items()]
    return "；".join(part for part in parts if not part.endswith(" "))


def _plain(value: object) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
