"""Which tables are sealed row by row, and which columns each version of the seals covers.

A seal names the version it was made with. Whoever adds a column to a watched table adds a version
here: older seals go on covering the older columns, until their row is written again. A migration
that takes a column away, or changes values, has to compare the seals of those rows first and seal
anew those that fit.
"""

from collections.abc import Mapping

VERSION = 3

KEYS: Mapping[str, str] = {
    "audit": "seq",
    "staff": "id",
    "addresses": "id",
    "cases": "id",
    "contacts": "id",
    "checkins": "id",
    "answers": "id",
    "words": "id",
    "alerts": "id",
    "facts": "id",
    "steps": "seq",
    "outbox": "id",
    "key_dates": "id",
    "encounters": "id",
    "plan_changes": "seq",
    "verdicts": "id",
    "deadlines": "id",
}
"""Watched tables, and the column by which a seal names a row."""

_FIRST = {
    "audit": "seq at actor via action object detail prev_hash hash",
    "staff": "id role name timezone is_active created_at",
    "addresses": "id owner_kind owner_id channel address address_hash state linked_at",
    "cases": (
        "id code nickname birth_date risk stage worker_id home_risk left_on baseline "
        "programme_version checkin_versions created_at"
    ),
    "contacts": (
        "id case_id kind name relation level interviewed_on safe_from safe_to timezone "
        "agreed_word duress_word phone phone_hash language district state consent_part "
        "consented_at last_spoken_at next_due_at created_at"
    ),
    "checkins": (
        "id case_id contact_id chat_hash content_version level state path floor is_put_off "
        "is_reminded message planned_at due_at opened_at first_answer_at remind_at idle_at "
        "score_at expires_at ended_at total is_estimated band"
    ),
    "answers": ("seq id case_id contact_id checkin_id item value words message_no at replaced_by"),
    "words": (
        "seq id subject case_id contact_id checkin_id chat_hash message_no text signs_level "
        "is_command at read_at replaced_by"
    ),
    "alerts": (
        "id kind case_id contact_id checkin_id urgency state chain round step is_waiting "
        "escalate_at opened_at acknowledged_by acknowledged_at tries outcome closed_by "
        "closed_at note note_from"
    ),
    "facts": ("id alert_id case_id rule rule_version urgency says evidence words_id total at"),
    "steps": "seq alert_id staff_id round step at",
    "outbox": (
        "seq id token channel lane kind verb target owner_kind owner_id subject chat_hash "
        "address payload alert_id checkin_id created_at not_before expires_at hours state "
        "attempts retry_at lease lease_until message_no error sent_at is_gone"
    ),
}

_SECOND = {
    **_FIRST,
    "cases": f"{_FIRST['cases']} state paused_until closes_on extra_weeks",
    "contacts": (
        f"{_FIRST['contacts']} next_slot regular_at weekdays quiet reads_little code ends_on"
    ),
    "checkins": f"{_FIRST['checkins']} slot left_out filled_by way",
    "key_dates": "id case_id kind day created_at ended_at",
    "encounters": "id case_id contact_id staff_id checkin_id way spoke saw_child at",
    "plan_changes": "seq case_id subject at actor action detail reason",
}

_THIRD = {
    **_SECOND,
    "cases": f"{_SECOND['cases']} look_at resumed_at",
    "alerts": f"{_SECOND['alerts']} child_wrote_at",
    "verdicts": "id fact_id alert_id is_true staff_id at",
    "deadlines": (
        "id case_id alert_id owner_id began_at ends_at remind_at reminded stopped_at stopped_by "
        "why reason"
    ),
}

COLUMNS: Mapping[int, Mapping[str, tuple[str, ...]]] = {
    version: {table: tuple(columns.split()) for table, columns in lists.items()}
    for version, lists in enumerate((_FIRST, _SECOND, _THIRD), start=1)
}
