"""The whole schema in one picture: SQLAlchemy Core tables, read from top to bottom. Moments are
aware and UTC; what identifies a person is `Sealed`, found, if at all, by a keyed hash beside it;
what may be tried twice has a text id derived from its cause, with a unique key.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from storage.columns import Moment, Sealed, Sequence
from storage.doors import inbox as inbox
from storage.doors import outbox as outbox
from storage.house import audit as audit
from storage.house import content_versions as content_versions
from storage.house import data_keys as data_keys
from storage.house import erasures as erasures
from storage.house import findings as findings
from storage.house import leases as leases
from storage.house import metadata as metadata
from storage.house import seals as seals
from storage.house import settings as settings

# People ----------------------------------------------------------------------------------------

staff = Table(
    "staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("name", Sealed, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    Column("code", Text, nullable=False, unique=True),  # K-0142: a pseudonym
    Column("nickname", Sealed, nullable=False),
    Column("birth_date", Sealed, nullable=False),
    Column("risk", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("worker_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("home_risk", Boolean, nullable=False),
    Column("left_on", Date),
    Column("baseline", Integer),  # total of items 1-7 at termination
    Column("programme_version", ForeignKey("content_versions.id"), nullable=False),
    Column("checkin_versions", Text, nullable=False),  # level or kind -> content version, JSON
    Column("created_at", Moment, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'active'")),
    Column("paused_until", Date),  # goes on by itself on this day; null: when staff say so
    Column("closes_on", Date),  # the planned goodbye
    Column("extra_weeks", Integer, nullable=False, server_default=text("0")),
    Column("look_at", Moment, index=True),  # when the rules of a day look at it next
    Column("resumed_at", Moment),  # when it last went on after a pause: silence counts from there
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # caregiver, school
    Column("name", Sealed, nullable=False),
    Column("relation", Sealed, nullable=False),
    Column("level", Text, nullable=False),
    Column("interviewed_on", Date),
    Column("safe_from", Text, nullable=False),  # HH:MM, local
    Column("safe_to", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("agreed_word", Sealed),
    Column("duress_word", Sealed),
    Column("phone", Sealed),
    Column("phone_hash", Text),
    Column("language", Text, nullable=False),
    Column("district", Text),
    Column("state", Text, nullable=False),
    Column("consent_part", Integer, nullable=False),  # parts of the consent already shown
    Column("consented_at", Moment),
    Column("last_spoken_at", Moment),
    Column("next_due_at", Moment, index=True),  # when something of the plan comes next
    Column("created_at", Moment, nullable=False),
    Column("next_slot", Text),  # what it is, see Slot; null: a regular check-in
    Column("regular_at", Moment),  # the last regular one, from which the rhythm is counted
    Column("weekdays", Text, nullable=False, server_default=text("'0123456'")),  # Monday is 0
    Column("quiet", Text, nullable=False, server_default=text("'[]'")),  # [[from, to], ...], JSON
    Column("reads_little", Boolean, nullable=False, server_default=text("false")),
    Column("code", Text),  # a school knows the pupil by this and nothing else
    Column("ends_on", Date),  # a school contact ends with the school year
)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_kind", Text, nullable=False),  # contact, staff
    Column("owner_id", Text, nullable=False),
    Column("channel", Text, nullable=False),  # telegram
    Column("address", Sealed, nullable=False),
    Column("address_hash", Text, nullable=False, index=True),
    Column("state", Text, nullable=False),  # active, blocked, closed
    Column("linked_at", Moment, nullable=False),
    UniqueConstraint("owner_kind", "owner_id", "channel"),
)

invites = Table(
    "invites",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False, index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("used_by", Text),  # hash of the chat
    Column("revoked_at", Moment),
)

attempts = Table(  # links that failed, to slow down guessing
    "attempts",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("chat_hash", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

consents = Table(
    "consents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("text_version", ForeignKey("content_versions.id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("answer", Text, nullable=False),  # agree, decline, withdraw
    Column("given_at", Moment, nullable=False),
)

key_dates = Table(  # days of weight that staff entered; never shown to a family
    "key_dates",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # as the programme names it: release, trial, ...
    Column("day", Sealed, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),  # taken back
)

encounters = Table(  # family and staff spoke, or the child was seen
    "encounters",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("contact_id", ForeignKey("contacts.id")),
    Column("staff_id", ForeignKey("staff.id")),
    Column("checkin_id", Text),  # the form that was filled in
    Column("way", Text, nullable=False),  # call, visit, here
    Column("spoke", Boolean, nullable=False),  # with the family
    Column("saw_child", Boolean, nullable=False),  # seen or spoken to alone
    Column("at", Moment, nullable=False),
)

plan_changes = Table(  # who changed what of a plan, and why
    "plan_changes",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), index=True),  # null: about the whole centre
    Column("subject", Text, nullable=False),  # whose key seals the reason
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),  # canonical JSON, ids and figures only
    Column("reason", Sealed),
)

# Check-ins -------------------------------------------------------------------------------------

checkins = Table(
    "checkins",
    metadata,
    Column("id", Text, primary_key=True),  # checkin:{contact}:{planned day}
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("chat_hash", Text, nullable=False, index=True),  # one open check-in per chat
    Column("content_version", ForeignKey("content_versions.id"), nullable=False),
    Column("level", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("path", Text, nullable=False),  # items visited, JSON; the last one is being asked
    Column("floor", Integer, nullable=False),  # no way back to path[:floor]: a break lies there
    Column("is_put_off", Boolean, nullable=False),  # "Nanti" was used
    Column("is_reminded", Boolean, nullable=False),
    Column("message", Text),  # outbox id of the message that shows it
    Column("planned_at", Moment, nullable=False),
    Column("due_at", Moment, index=True),
    Column("opened_at", Moment),
    Column("first_answer_at", Moment),
    Column("remind_at", Moment, index=True),
    Column("idle_at", Moment, index=True),
    Column("score_at", Moment, index=True),  # half done: scored 24 h after the first answer
    Column("expires_at", Moment, index=True),
    Column("ended_at", Moment),
    Column("total", Integer),
    Column("is_estimated", Boolean),
    Column("band", Text),
    Column("slot", Text, nullable=False, server_default=text("'regular'")),
    Column("left_out", Text, nullable=False, server_default=text("'[]'")),  # items, JSON
    Column("filled_by", ForeignKey("staff.id")),  # staff, for a call or a visit
    Column("way", Text, nullable=False, server_default=text("'message'")),  # call, visit, paper
)

answers = Table(  # every version of every answer
    "answers",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # answer:{inbox id}
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False, index=True),
    Column("checkin_id", ForeignKey("checkins.id"), index=True),
    Column("item", Text, nullable=False),
    Column("value", Integer),  # null: "Tidak tahu"
    Column("words", Sealed),  # as typed; null for a tap
    Column("message_no", BigInteger),  # the person's message, so that an edit finds it
    Column("at", Moment, nullable=False),
    Column("replaced_by", Text),
)

words = Table(  # every free text and every thing sent, from anybody
    "words",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", Text, nullable=False, unique=True),  # words:{inbox id}
    Column("subject", Text, nullable=False),  # whose key seals it
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("contact_id", ForeignKey("contacts.id"), index=True),
    Column("checkin_id", ForeignKey("checkins.id")),
    Column("chat_hash", Text, nullable=False),
    Column("message_no", BigInteger),
    Column("text", Sealed, nullable=False),
    Column("signs_level", Text, nullable=False),
    Column("is_command", Boolean, nullable=False),  # STOP, BANTUAN: kept, not put on a list
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("replaced_by", Text),
    Index(None, "chat_hash", "message_no"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Text, primary_key=True),  # attachment:{words}:{number}
    Column("words_id", Text, ForeignKey("words.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),  # photo, voice, document, ...
    Column("file", Sealed, nullable=False),  # its id at Telegram; of a place the point
    Column("duration_s", Integer),
)

# Alerts ----------------------------------------------------------------------------------------

alerts = Table(
    "alerts",
    metadata,
    Column("id", Text, primary_key=True),  # alert:{check-in or message}
    Column("kind", Text, nullable=False),
    Column("case_id", ForeignKey("cases.id"), index=True),  # null: a stranger, code "tamu"
    Column("contact_id", ForeignKey("contacts.id")),
    Column("checkin_id", ForeignKey("checkins.id")),
    Column("urgency", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("chain", Text, nullable=False),  # as it was when this began, JSON
    Column("round", Integer, nullable=False),  # rises when it rings anew: part of notice ids
    Column("step", Integer, nullable=False),
    Column("is_waiting", Boolean, nullable=False),  # nobody could be told yet
    Column("escalate_at", Moment, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("acknowledged_by", ForeignKey("staff.id")),
    Column("acknowledged_at", Moment),
    Column("tries", Integer, nullable=False),  # times the family was not reached
    Column("outcome", Text),
    Column("closed_by", ForeignKey("staff.id")),
    Column("closed_at", Moment),
    Column("note", Sealed),
    Column("note_from", Text, index=True),  # staff id whose next text is the note
    Column("child_wrote_at", Moment),  # staff said that the child was writing
)

facts = Table(  # why: one row a reason
    "facts",
    metadata,
    Column("id", Text, primary_key=True),  # fact:{check-in or message}:{rule}:{version}
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("case_id", ForeignKey("cases.id"), index=True),
    Column("rule", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("says", Sealed, nullable=False),
    Column("evidence", Sealed),  # the words that fired, JSON
    Column("words_id", Text),
    Column("total", Integer),
    Column("at", Moment, nullable=False),
)

steps = Table(  # whom the chain told, and when
    "steps",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)

verdicts = Table(  # what staff said about a fact: Benar or Bukan
    "verdicts",
    metadata,
    Column("id", Text, primary_key=True),  # verdict:{fact}
    Column("fact_id", ForeignKey("facts.id"), nullable=False, unique=True),
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("is_true", Boolean, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("at", Moment, nullable=False),
)

deadlines = Table(  # the 3x24 hours of the law; a human stops them
    "deadlines",
    metadata,
    Column("id", Text, primary_key=True),  # deadline:{check-in or message}
    Column("case_id", ForeignKey("cases.id"), index=True),  # null: a stranger wrote
    Column("alert_id", ForeignKey("alerts.id"), nullable=False, index=True),
    Column("owner_id", ForeignKey("staff.id")),
    Column("began_at", Moment, nullable=False),  # when the message was received
    Column("ends_at", Moment, nullable=False),
    Column("remind_at", Moment, index=True),
    Column("reminded", Integer, nullable=False),  # how often
    Column("stopped_at", Moment),
    Column("stopped_by", Text),  # staff:..., operator
    Column("why", Text),  # reported, not_a_case, ...: a closed set
    Column("reason", Sealed),  # in words, where somebody wrote it
)
