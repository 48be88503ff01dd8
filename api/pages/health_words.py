"""What the page of the system's state says of its jobs, in words and not in names of code."""

from collections.abc import Mapping
from typing import Any

JOBS = {
    "route": "自动派单", "release": "放出暂存的工单", "send": "发送邮件", "watch": "时限监看",
    "recompute": "重算到期日", "windows": "关闭评价窗口", "silence": "默认接受到期日",
    "push": "推送事件", "tidy": "清理推送记录", "learn": "学习派单", "seal": "封存审计记录",
    "check": "核验审计记录", "figures": "汇总统计数字", "protect": "加密个人信息",
    "retain": "到期清理", "alarm": "日历提醒", "fetch": "收取邮件", "stuck": "搁置提醒",
    "daily": "每日汇总", "tidy_desks": "清理草稿和会话", "housekeeping": "清理运行记录",
}  # fmt: skip
MODES = {"plain": "直接办理", "prefect": "经流程引擎办理", "idle": "没有待办的事",
         "waiting": "等流程引擎恢复"}  # fmt: skip
DATA = {
    "task_list": "任务清单", "calendar": "工作日历", "parameters": "规则参数",
    "personal-keys": "个人信息密钥",
}  # fmt: skip


def job_words(name: str) -> str:
    """Return what a recurring job is called at the desks."""
    return JOBS.get(name, name)


def data_words(name: str) -> str:
    """Return what a set of reference data is called at the desks."""
    return DATA.get(name, name)


def beat_words(details: Mapping[str, Any]) -> list[str]:
    """Return what a job's last run came to; the log keeps what became of each of its items."""
    said = []
    if mode := details.get("mode"):
        said.append(MODES.get(str(mode), str(mode)))
    if details.get("error"):
        said.append(f"原因：{details['error']}，详见运行日志")
    if details.get("found"):
        said.append(f"处理 {details['found']} 项")
    if details.get("truncated"):
        said.append("还有下一批")
    return said
