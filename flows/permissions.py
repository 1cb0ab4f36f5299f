"""May this member of staff do this to this case? Whatever the table does not allow is refused."""

from collections.abc import Mapping
from enum import Flag, StrEnum, auto

from flows.model import Role


class Right(StrEnum):
    VIEW_CASE = "view_case"
    READ_WORDS = "read_words"
    ACKNOWLEDGE = "acknowledge"
    REASSIGN = "reassign"
    APPROVE_CLOSURE = "approve_closure"
    REPORT = "report"
    TEAM_FIGURES = "team_figures"
    BROADCAST_WRITE = "broadcast_write"
    BROADCAST_APPROVE = "broadcast_approve"
    MANAGE_LESSONS = "manage_lessons"
    MANAGE_STAFF = "manage_staff"
    MANAGE_DUTY = "manage_duty"
    CONFIRM_CONTACT = "confirm_contact"
    RECORD_OUTCOME = "record_outcome"
    FILL_FORM = "fill_form"  # the questions, asked by phone or face to face
    STOP_CLOCK = "stop_clock"  # the 3x24 hours of the law
    CHANGE_PLAN = "change_plan"  # pause, longer, goodbye, risk, stage, days of weight, hours


class _Where(Flag):
    """Where a role may do a deed."""

    OWN = auto()  # a case of theirs, or one they cover
    ASKED = auto()  # the chain has asked them, or the case is shared with them
    ANYWHERE = auto()  # any case of the centre, or a deed that belongs to no case


_OWN, _ASKED, _ANYWHERE = _Where.OWN, _Where.ASKED, _Where.ANYWHERE

_TABLE: Mapping[Role, Mapping[Right, _Where]] = {
    Role.SOCIAL_WORKER: {
        Right.VIEW_CASE: _OWN | _ASKED,
        Right.READ_WORDS: _OWN | _ASKED,
        Right.ACKNOWLEDGE: _OWN | _ASKED,
        Right.RECORD_OUTCOME: _OWN | _ASKED,
        Right.FILL_FORM: _OWN | _ASKED,
        Right.STOP_CLOCK: _OWN | _ASKED,
        Right.CHANGE_PLAN: _OWN,
        Right.CONFIRM_CONTACT: _OWN,  # who the person is can be said only by who knows them
        Right.REPORT: _OWN,
        Right.TEAM_FIGURES: _OWN,
    },
    Role.SUPERVISOR: {
        Right.VIEW_CASE: _ANYWHERE,
        Right.READ_WORDS: _ANYWHERE,
        Right.ACKNOWLEDGE: _ANYWHERE,
        Right.RECORD_OUTCOME: _ANYWHERE,  # who takes an alert must be able to end it
        Right.FILL_FORM: _ANYWHERE,
        Right.STOP_CLOCK: _ANYWHERE,
        Right.CHANGE_PLAN: _ANYWHERE,
        Right.CONFIRM_CONTACT: _OWN | _ASKED,  # asked where the worker has no phone linked
        Right.REASSIGN: _ANYWHERE,
        Right.APPROVE_CLOSURE: _ANYWHERE,
        Right.REPORT: _ANYWHERE,
        Right.TEAM_FIGURES: _ANYWHERE,
        Right.BROADCAST_WRITE: _ANYWHERE,
        Right.BROADCAST_APPROVE: _ANYWHERE,
        Right.MANAGE_DUTY: _ANYWHERE,
    },
    Role.HEAD: {
        Right.VIEW_CASE: _ASKED,
        Right.READ_WORDS: _ASKED,
        Right.ACKNOWLEDGE: _ASKED,
        Right.RECORD_OUTCOME: _ASKED,
        Right.FILL_FORM: _ASKED,
        Right.STOP_CLOCK: _ASKED,
        Right.CHANGE_PLAN: _ANYWHERE,
        Right.APPROVE_CLOSURE: _ANYWHERE,
        Right.TEAM_FIGURES: _ANYWHERE,
        Right.BROADCAST_APPROVE: _ANYWHERE,
    },
    Role.PSYCHOLOGIST: {
        Right.VIEW_CASE: _ASKED,
        Right.READ_WORDS: _ASKED,
    },
    # Broadcasters see the counts of a broadcast, not the figures of a team.
    Role.BROADCASTER: {
        Right.BROADCAST_WRITE: _ANYWHERE,
        Right.MANAGE_LESSONS: _ANYWHERE,
    },
    Role.ADMIN: {
        Right.MANAGE_STAFF: _ANYWHERE,
    },
}


def may(role: Role, deed: Right, *, is_own: bool, is_asked: bool) -> bool:
    """May `role` do `deed`? Pass False twice for what belongs to no case.

    `is_own`: their own case or one they cover; for figures, their own ones. `is_asked`: the
    chain has asked them and there is no outcome yet; for a psychologist, the case is shared.
    """
    here = _ANYWHERE
    if is_own:
        here |= _OWN
    if is_asked:
        here |= _ASKED
    return bool(_TABLE[role].get(deed, _Where(0)) & here)
