"""Which parameters there are, and what each is counted in: a misspelt key is no new one."""

from types import MappingProxyType

LIMIT = "limit"
LIMIT_UNITS = ("working_day", "calendar_day", "hour", "minute")

_KEYS = {
    "table": (
        "acceptance.refusals acceptance.emergency_lines callback.time_bands "
        "escalation.ladder.handling escalation.ladder.requester "
        "escalation.ladder.assisting escalation.ladder.sign_for "
        "escalation.ladder.first_contact escalation.ladder.follow_up "
        "escalation.ladder.review escalation.ladder.callback "
        "escalation.ladder.return_ruling escalation.ladder.arbitration "
        "escalation.ladder.rectification_reply escalation.ladder.promise "
        "escalation.ladder.verification referral.targets scoring.weights "
        "scoring.satisfaction_weights scoring.exclusion_reasons suspension.reasons"
    ),
    "working_day": (
        "acceptance.silence_accepts extension.ask_before extension.second.maximum "
        "returns.window scoring.appeal_window suspension.maximum assisting.minimum"
    ),
    "list": (
        "acceptance.emergency_words conflict.kinds conflict.route_to calendar.layers "
        "callback.first_channels callback.unsolved_outcomes callback.dissatisfied "
        "callback.unevaluated_kinds callback.reaching_results callback.human_channels "
        "callback.verified_rows callback.machine_words callback.post_words "
        "callback.nobody_words "
        "extension.approvers extension.second.approvers "
        "notices.units_any_hour notices.supervisors_any_hour notices.exempt_urgencies "
        "notices.digest_kinds "
        "privacy.confidential_kinds privacy.on_request_kinds "
        "privacy.email_fields rectification.grounds rectification.document_grounds "
        "rectification.drafters rectification.signers referral.signers "
        "returns.required returns.suggestion_for "
        "suspension.excluded_kinds statutory.required limit.units webhooks.retry_after "
        "undo.exempt_urgencies attachments.types promise.ways"
    ),
    "calendar_day": (
        "duplicates.window group_alert.window calendar.unconfirmed_last_days "
        "callback.first_window privacy.handler_access_after_closing "
        "rectification.referral_window webhooks.stop_after webhooks.secret_overlap "
        "webhooks.keep_settled webhooks.keep_unsent keys.overlap drafts.keep_for "
        "knowledge.longest knowledge.warn_before knowledge.gap_window"
    ),
    "percent": (
        "duplicates.similarity callback.coverage extension.share_percent "
        "scoring.on_time_target scoring.tax.response_target scoring.tax.solved_target "
        "scoring.tax.satisfied_target assisting.share_percent webhooks.jitter "
        "knowledge.found_share"
    ),
    "yes_no": (
        "duplicates.needs_person deadline.start_day_counted "
        "recomputation.open_tickets_only recomputation.shortening_needs_decision "
        "callback.blocks_closing callback.field_verification escalation.confirmed_only "
        "extension.tell_requester notices.units_in_working_time "
        "notices.supervisors_in_working_time notices.daily_digest "
        "privacy.unmask_needs_reason rework.unit_leader_signs "
        "second_dissatisfaction.panel_may_close returns.designation_final scoring.ranking "
        "scoring.show_raw_and_adjusted sign_for.deemed_on_timeout statutory.staged_reply"
    ),
    "person": ("group_alert.requesters scoring.exclusion_approvals promise.field_persons"),
    "times": (
        "group_alert.repeats callback.attempts extension.times rework.times "
        "rectification.deemed_signed_times rectification.referral_letters "
        "returns.per_unit returns.before_panel keys.calls_per_minute keys.wrong_per_minute "
        "knowledge.gap_count"
    ),
    "choice": (
        "clock.requester_starts clock.handling_starts deadline.due_moment "
        "deadline.received_on_rest_day calendar.default_region documents.number_given_at "
        "rules.ticket_keeps_rules_of second_dissatisfaction.leads_to "
        "returns.new_unit_clock returns.lost_days_charged_to"
    ),
    "moment": (
        "calendar.opens_at calendar.closes_at notices.requester_from notices.daily_digest_at "
        "notices.requester_until scoring.day_starts_at"
    ),
    "month_day": (
        "calendar.regional_unconfirmed_from calendar.alarm_national_from "
        "calendar.alarm_regional_from"
    ),
    LIMIT: (
        "callback.limit rework.limit rectification.reply_limit "
        "supervision.reply_limit return_ruling.limit "
        "arbitration.limit sign_for.limit sign_for.urgent_limit answer_limit.consultation "
        "answer_limit.help_request answer_limit.complaint answer_limit.report "
        "answer_limit.suggestion answer_limit.praise first_contact.limit review.limit "
        "follow_up.limit promise.limit promise.verify_limit"
    ),
    "day": ("callback.days"),
    "band": ("callback.bands"),
    "text": ("documents.number_format"),
    "year": ("retention.recording retention.contact retention.ticket retention.audit"),
    "minute": ("scoring.tax.response_time webhooks.longest_pause"),
    "second": ("webhooks.timeout undo.window"),
    "day_of_month": ("scoring.period_start_day"),
    "item": (
        "scoring.minimum_count scoring.forecast_least scoring.typical_cases "
        "attachments.at_once attachments.per_ticket notices.digest_from"
    ),
    "office": ("assignment.lead_units"),
    "megabyte": ("attachments.largest"),
}
UNIT_OF = MappingProxyType({key: unit for unit, keys in _KEYS.items() for key in keys.split()})
