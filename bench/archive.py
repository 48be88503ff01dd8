"""Builds an installation's years in seconds: tickets with all that hangs on them, by set-based SQL.

The newest `OPEN` are in hand, the rest is archive of three years. Nothing in it is anybody's.
"""

import time
from typing import Any

import psycopg

OPEN = 2400
STATUSES = (
    ("to_be_dispatched", 3), ("dispatched", 12), ("signed_for", 10), ("in_progress", 45),
    ("returned", 3), ("answered", 10), ("callback_due", 12), ("rework", 3), ("supervised", 1),
    ("in_arbitration", 1),
)  # fmt: skip
MATTERS = (
    "营业执照变更窗口反复退件", "税务登记信息与实际不符", "施工噪声影响企业经营",
    "门前道路开挖没有围挡", "用电报装拖延一个月没有通电", "招标文件设置不合理条件",
    "拖欠工程款不结算", "排水管网堵塞污水倒灌", "办理消防验收多次补材料",
    "惠企补贴申请没有答复", "停车位划线占用装卸通道", "社保减免政策没有落实",
    "食品经营许可到期换证被拒", "垃圾清运不及时", "环评批复超过承诺时限",
    "公积金开户系统报错",
)  # fmt: skip
ENDINGS = (
    "已多次到窗口询问没有结果", "希望尽快处理并书面答复", "影响正常生产请协调",
    "不清楚应找哪个部门", "要求说明依据", "工作人员态度冷淡",
    "材料已按清单交齐", "多家企业遇到同样情况",
)  # fmt: skip
FILL = """
DROP TABLE IF EXISTS pg_temp.base;
CREATE TEMP TABLE base AS
SELECT i, hashint8(i) & 2147483647 AS h, i > {count} - {open} AS live,
       CASE WHEN i > {count} - {open}
            THEN now() - interval '14 days' * ({count} - i) / {open} - interval '3 hours'
            ELSE now() - interval '15 days'
                 - interval '1080 days' * ({count} - {open} - i) / {count} END AS at
FROM generate_series(1, {count}) i;

INSERT INTO ticket (id, number, source, kind, urgency, status, title, content, place, confidential,
    demonstration, accepted_at, closed_at, lead_unit_id, designated, panel_approved, reworks,
    returns, routing_error, task_rows, catalogue_version, version)
SELECT i, 'LZ' || to_char(at, 'YYMMDD') || lpad((i % 100000)::text, 5, '0'), 'desk',
       (ARRAY['help_request', 'complaint', 'help_request', 'consultation'])[1 + h % 4], 'normal',
       CASE WHEN live THEN (%(statuses)s::text[])[1 + h %% 100] ELSE 'closed' END,
       m, m || '，' || (%(endings)s::text[])[1 + h / 64 %% 8] || '，第' || i || '号地块', '',
       false, false, at, CASE WHEN NOT live THEN at + interval '4 days' END,
       CASE WHEN NOT live OR h %% 100 > 2 THEN (%(units)s::bigint[])[1 + h / 7 %% {units}] END,
       false, false, 0, CASE WHEN h %% 100 BETWEEN 70 AND 72 THEN 1 ELSE 0 END, '', '[]', '', 4
FROM base, LATERAL (SELECT (%(matters)s::text[])[1 + h / 1024 %% 16] AS m) AS chosen;

INSERT INTO requester (ticket_id, enterprise, credit_code, initials, contact_name, phone,
    answer_by, phone_sealed, phone_mark, phone_end)
SELECT i, '示例第' || h %% 20000 || '号企业有限公司', '', 'sld' || h %% 20000 || 'hqyyxgs', '', '',
       '电话', sha256(i::text::bytea) || '\\x000000000000'::bytea,
       substr(sha256((h %% 90000)::text::bytea), 1, 16),
       substr(sha256((h %% 10000)::text::bytea), 1, 16)
FROM base;

INSERT INTO assignment (id, ticket_id, unit_id, role, task_rows, dispatched_at, signed_at,
    deemed_signed, answered_at, ended_at, end_reason, opinion)
SELECT id, id, lead_unit_id, 'lead', '[]', accepted_at,
       CASE WHEN status <> 'dispatched' THEN accepted_at + interval '1 hour' END, false,
       CASE WHEN status IN ('closed', 'answered', 'callback_due') THEN accepted_at END,
       closed_at, CASE WHEN status = 'closed' THEN '办结' ELSE '' END, ''
FROM ticket WHERE lead_unit_id IS NOT NULL;

INSERT INTO clock (ticket_id, assignment_id, unit_id, kind, state, started_at, due_since,
    due_on, due_at, due_status, stopped_at, stop_reason, next_rung_at, certificate,
    pauses, past, stuck_reason)
SELECT t.id, CASE WHEN k.kind <> 'requester' THEN t.id END,
       CASE WHEN k.kind <> 'requester' THEN lead_unit_id END, k.kind,
       CASE WHEN stopped IS NULL THEN 'running' ELSE 'stopped' END, accepted_at, accepted_at,
       (accepted_at + k.days * interval '1 day')::date, accepted_at + k.days * interval '1 day',
       'confirmed', stopped, CASE WHEN stopped IS NULL THEN '' ELSE '已答复' END,
       CASE WHEN stopped IS NULL THEN now() + interval '1 day' END,
       CASE WHEN closed_at IS NULL THEN %(certificate)s::jsonb ELSE '{{}}' END
       || jsonb_build_object('unit', 'working_day', 'rule', k.rule),
       '[]', '[]', ''
FROM ticket t, (VALUES ('requester', 13, 'answer_limit.complaint'),
                       ('handling', 13, 'answer_limit.complaint'),
                       ('sign_for', 1, 'sign_for.limit')) k (kind, days, rule),
     LATERAL (SELECT CASE WHEN status IN ('closed', 'answered', 'callback_due')
                               OR (k.kind = 'sign_for' AND status <> 'dispatched')
                          THEN accepted_at + interval '2 days' END AS stopped) s
WHERE lead_unit_id IS NOT NULL OR k.kind = 'requester';

INSERT INTO clock (ticket_id, kind, state, started_at, due_since, due_on, due_at, due_status,
    stopped_at, stop_reason, certificate, pauses, past, stuck_reason)
SELECT id, 'callback', 'stopped', accepted_at + interval '3 days', accepted_at,
       (accepted_at + interval '5 days')::date, accepted_at + interval '5 days', 'confirmed',
       closed_at, '已回访', '{{"unit": "working_day", "rule": "callback.limit"}}', '[]', '[]', ''
FROM ticket WHERE status = 'closed';

INSERT INTO callback (id, ticket_id, round, state, human_required, why, opened_at, done_at,
    contacted, solved, satisfaction)
SELECT id, id, 1, 'reached', id %% 3 = 0, '', accepted_at + interval '3 days', closed_at, true,
       CASE WHEN id %% 5 = 0 THEN 'not_solved' ELSE 'solved' END,
       CASE WHEN id %% 7 = 0 THEN 'dissatisfied' ELSE 'satisfied' END
FROM ticket WHERE status = 'closed';

INSERT INTO callback_attempt (callback_id, ticket_id, at, called_by, channel, result, contacted,
    solved, satisfaction, words)
SELECT id, ticket_id, done_at, '', 'human_call', 'reached', contacted, solved, satisfaction, ''
FROM callback;

INSERT INTO ticket_event (ticket_id, seq, event, at, recorded_at, actor_kind, actor_name, to_status,
    reason, citation, details, words_digest, link)
SELECT t.id, e.seq, e.event, accepted_at + e.hours * interval '1 hour', accepted_at, 'system',
       '系统', status, '', '', '{{}}', decode(repeat('00', 32), 'hex'),
       decode(repeat('00', 32), 'hex')
FROM ticket t, (VALUES (1, 'accept', 0), (2, 'dispatch', 0), (3, 'sign_for', 1),
                       (4, 'callback_attempt', 95), (5, 'close', 96)) e (seq, event, hours)
WHERE e.seq < 4 OR status = 'closed';

INSERT INTO rung_taken (clock_id, ticket_id, rung, fell_due_at, detected_at, due_on)
SELECT id, ticket_id, 'half_time', due_at, due_at, due_on FROM clock WHERE kind = 'handling';

INSERT INTO breach (clock_id, ticket_id, unit_id, kind, task_rows, true_at, detected_at, judgement,
    judgement_reason)
SELECT id, ticket_id, unit_id, kind, jsonb_build_array(1 + ticket_id / 20 %% 135), due_at, due_at,
       '', '' FROM clock
WHERE kind = 'handling' AND due_at < now() AND (state = 'running' OR ticket_id %% 20 = 0);

UPDATE breach SET judgement = 'confirmed', judged_at = true_at WHERE ticket_id %% 3 = 0;

INSERT INTO letter (ticket_id, unit_id, kind, status, proposed_at, proposed_by, grounds, evidence,
    demands, facts, reviewed_digest, sent_at, void_reason, opinion, organ_code, year, serial,
    number, pdf_sha256, notes, reply)
SELECT id, lead_unit_id, CASE id %% 300 WHEN 0 THEN 'rectification' ELSE 'reminder' END,
       CASE id %% 9 WHEN 8 THEN 'voided' ELSE 'accepted' END, closed_at, '系统', '[]', '[]', '[]',
       '{{}}', '', closed_at, '', '', '存档函', extract(year FROM closed_at), id,
       '存档函〔' || extract(year FROM closed_at) || '〕' || id || '号', '', '[]', ''
FROM ticket WHERE closed_at IS NOT NULL AND lead_unit_id IS NOT NULL AND id %% 100 = 0;

INSERT INTO audit_entry (stream, seq, action, at, recorded_at, actor_kind, actor_name, details,
    words_digest, link)
SELECT 'archive:{count}:' || i %% 500, i,
       (ARRAY['sign_in', 'sign_out', 'export', 'unit_mail'])[1 + h %% 4], at, at, 'user',
       '演示' || i %% 500, '{{}}', decode(repeat('00', 32), 'hex'),
       decode(repeat('00', 32), 'hex')
FROM base;

INSERT INTO outbox_message (key, recipient, message_id, kind, ticket_id, unit_id, subject, text,
    html, created_at, status, next_attempt_at, attempts, last_error, sent_at)
SELECT 'assignment:' || id, 'unit@demo.invalid', '<' || id || '@hotline>', 'assignment', id,
       lead_unit_id, '派单', '登录后查看', '', accepted_at,
       CASE WHEN id %% 50000 = 7 THEN 'undelivered' ELSE 'sent' END, accepted_at, 1, '', accepted_at
FROM ticket WHERE lead_unit_id IS NOT NULL;

INSERT INTO extension_request (ticket_id, clock_id, working_days, reason, requested_by_id,
    requested_at, state, decision_reason)
SELECT ticket_id, id, 3, '等待上级答复', (SELECT min(id) FROM account), started_at,
       CASE WHEN state = 'running' THEN 'pending' ELSE 'granted' END, ''
FROM clock WHERE kind = 'handling' AND ticket_id %% 40 = 3;
"""
NUMBERED = ("ticket", "assignment", "clock", "ticket_event", "callback")
CERTIFICATE = "SELECT certificate FROM clock WHERE kind = 'requester' ORDER BY id DESC LIMIT 1"


def build(url: str, count: int, in_hand: int = 0) -> float:
    """Fill a migrated database that has one real ticket; return the seconds it took.

    The newest `in_hand` are in hand, by default what a district has.
    """
    began = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        run = connection.execute
        run(
            "SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'; SET synchronous_commit = off"
        )
        indexes = _drop_indexes(connection)
        fill(connection, count, in_hand)
        for index in indexes:
            run(index)
        run("VACUUM ANALYZE")
        run("CHECKPOINT")
    return time.perf_counter() - began


def fill(connection: psycopg.Connection, count: int, in_hand: int = 0) -> None:
    """Put tickets in the place of all there are; the planner is told nothing of them."""
    values = _values(connection)
    connection.execute("SET session_replication_role = replica")  # no foreign keys, no triggers
    connection.execute("TRUNCATE ticket CASCADE")
    statement = FILL.format(
        count=count, open=in_hand or min(OPEN, count // 4), units=len(values["units"])
    )
    cursor: Any = psycopg.ClientCursor(connection)
    cursor.execute(statement.replace(" % ", " %% ").replace("%%%%", "%%"), values)
    for table in NUMBERED:
        connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1 + max(id)) FROM {table}"
        )


def _values(connection: psycopg.Connection) -> dict[str, Any]:
    units = [row[0] for row in connection.execute("SELECT id FROM unit WHERE active ORDER BY id")]
    certificate = connection.execute(CERTIFICATE).fetchone()
    return {
        "statuses": [name for name, share in STATUSES for _ in range(share)],
        "matters": list(MATTERS), "endings": list(ENDINGS), "units": units,
        "certificate": psycopg.types.json.Jsonb(certificate[0] if certificate else {}),
    }  # fmt: skip


def _drop_indexes(connection: psycopg.Connection) -> list[str]:
    """Drop what is not a constraint's, and return how to make it again."""
    found = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)"
    ).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]
