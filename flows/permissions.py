"""May this member of staff do this to this case? Whatever the table does not allow is refused."""

from collections.abc import Mapping
from enum import Flag, StrEnum, auto

from flows.model import Role


class Deed(StrEnum):
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


class _Where(Flag):
    """Where a role may do a deed."""

    OWN = auto()  # a case of theirs, or one they cover
    ASKED = auto()  # the chain has asked them, or the case is shared with them
    ANYWHERE = auto()  # any case of the centre, or a deed that belongs to no case


_OWN, _ASKED, _ANYWHERE = _Where.OWN, _Where.ASKED, _Where.ANYWHERE

_TABLE: Mapping[Role, Mapping[Deed, _Where]] = {
    Role.SOCIAL_WORKER: {
        Deed.VIEW_CASE: _OWN | _ASKED,
        Deed.READ_WORDS: _OWN | _ASKED,
        Deed.ACKNOWLEDGE: _OWN | _ASKED,
        Deed.RECORD_OUTCOME: _OWN | _ASKED,
        Deed.CONFIRM_CONTACT: _OWN,  # who the person is can be said only by who knows them
        Deed.REPORT: _OWN,
        Deed.TEAM_FIGURES: _OWN,
    },
    Role.SUPERVISOR: {
        Deed.VIEW_CASE: _ANYWHERE,
        Deed.READ_WORDS: _ANYWHERE,
        Deed.ACKNOWLEDGE: _ANYWHERE,
        Deed.RECORD_OUTCOME: _ANYWHERE,  # who takes an alert must be able to end it
        Deed.CONFIRM_CONTACT: _OWN | _ASKED,  # asked where the worker has no phone linked
        Deed.REASSIGN: _ANYWHERE,
        Deed.APPROVE_CLOSURE: _ANYWHERE,
        Deed.REPORT: _ANYWHERE,
        Deed.TEAM_FIGURES: _ANYWHERE,
        Deed.BROADCAST_WRITE: _ANYWHERE,
        Deed.BROADCAST_APPROVE: _ANYWHERE,
        Deed.MANAGE_DUTY: _ANYWHERE,
    },
    Role.HEAD: {
        Deed.VIEW_CASE: _ASKED,
        Deed.READ_WORDS: _ASKED,
        Deed.ACKNOWLEDGE: _ASKED,
        Deed.RECORD_OUTCOME: _ASKED,
        Deed.APPROVE_CLOSURE: _ANYWHERE,
        Deed.TEAM_FIGURES: _ANYWHERE,
        Deed.BROADCAST_APPROVE: _ANYWHERE,
    },
    Role.PSYCHOLOGIST: {
        Deed.VIEW_CASE: _ASKED,
        Deed.READ_WORDS: _ASKED,
    },
    # Broadcasters see the counts of a broadcast, not the figures of a team.
    Role.BROADCASTER: {
        Deed.BROADCAST_WRITE: _ANYWHERE,
        Deed.MANAGE_LESSONS: _ANYWHERE,
    },
    Role.ADMIN: {
        Deed.MANAGE_STAFF: _ANYWHERE,
    },
}


def may(role: Role, deed: Deed, *, is_own: bool, is_asked: bool) -> bool:
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
