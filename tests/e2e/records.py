"""Cases and contacts as scenes need them: everything said, anything changeable."""

from datetime import date, datetime
from typing import Any

from bot.usecases import enrol
from flows.model import Case, CaseId, ContactId, Level, Risk, SafeHours, StaffId
from storage.contacts import NewContact

CASE_FIELDS = ("risk", "home_risk", "baseline", "left_on", "birth_date", "nickname")
CONTACT_FIELDS = ("hours", "duress_word", "phone", "name")


def only(given: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: given[name] for name in names if name in given}


def a_case(code: str, worker: str, **more: Any) -> Case:
    fields: dict[str, Any] = {
        "id": CaseId(enrol.new_id()),
        "code": code,
        "nickname": "Kakak",
        "birth_date": date(2016, 4, 2),
        "risk": Risk.MEDIUM,
        "stage": "follow_up",
        "worker": StaffId(worker),
        "home_risk": False,
        "left_on": None,
        "baseline": None,
    }
    return Case(**{**fields, **more})


def a_contact(case: CaseId, level: Level, interviewed_on: date | None, **more: Any) -> NewContact:
    fields: dict[str, Any] = {
        "id": ContactId(enrol.new_id()),
        "case": case,
        "name": "Ibu Karangan",
        "relation": "ibu",
        "level": level,
        "interviewed_on": interviewed_on,
        "hours": SafeHours(
            start=datetime.min.time().replace(hour=9),
            end=datetime.min.time().replace(hour=16),
            timezone="Asia/Jakarta",
        ),
        "agreed_word": None,
        "duress_word": None,
        "phone": None,
    }
    return NewContact(**{**fields, **more})
