"""The year of four families: who they are, as a file has it, and the page that one reads aloud.

`python -m tests.programme.a_year` writes its two pages anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.usecases import enrol
from bot.usecases.record import move_contact
from bot.usecases.room import Room
from flows import loader
from flows.events import ContactMoved
from flows.hours import at as at_local
from flows.hours import local
from flows.model import ContactId, ContactKind, ContactState, Level, Risk
from flows.warning_signs import build
from storage import addresses, contacts
from storage.transaction import Tx
from tests.e2e.records import a_case, a_contact
from tests.oversight.centres import opened
from tests.postgres import copy_migrated
from tests.programme import alerts_of_year
from tests.programme.office import RATNA, WIB, Child
from tests.programme.transcript import Transcript
from tests.programme.year import Year


def begun(folder: Path, room: Room, found: Mapping[str, Any]) -> Year:
    """The centre with its families, on the day they agree."""
    url = f"sqlite:///{folder}/kabar.db"
    copy_migrated(folder / "kabar.db")
    centre = opened(url, folder, room)
    centre.clock.at = at_local(found["mulai"], time(10), WIB)
    year = Year(centre=centre, transcript=Transcript(timezone=WIB))
    worker = centre.staff(RATNA)
    for number, (name, family) in enumerate(found["keluarga"].items()):
        for one in (family, family.get("adik")):
            if one is not None:
                level = one.get("tingkat", family.get("tingkat"))
                _joins(year, worker, name, {**one, "tingkat": level}, chat=7001 + number)
        for place, kind in enumerate(OTHERS):
            if kind in family:
                chat = 7101 + 10 * number + place
                _also(year, family["kode"], kind, family[kind], chat=chat)
    return year


def _joins(year: Year, worker: str, name: str, one: Mapping[str, Any], *, chat: int) -> None:
    now, centre = year.centre.now, year.centre
    left = local(now, WIB).date() + timedelta(days=14)
    case = a_case(one["kode"], worker, nickname=one["panggilan"], birth_date=one["lahir"],
                  risk=Risk(one["risiko"]), baseline=one.get("dasar"), left_on=left)  # fmt: skip
    level = Level(one["tingkat"])
    # Which of two children comes first on a phone goes by ids, and the page must not change.
    on, who = local(now, WIB).date() if level is Level.OPEN else None, f"contact-{one['kode']}"
    new = a_contact(case.id, level, on, id=ContactId(who))

    def write(tx: Tx) -> None:
        enrol.add_case(tx, centre.room, case, new, now=now)
        addresses.link(tx, "contact", new.id, chat, now=now)
        found = contacts.get(tx, new.id)
        assert found is not None
        move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)

    centre.database.write_now(write)
    child = Child(code=one["kode"], contact=new.id, case=case.id, chat=chat,
                  answers=list(one["kabar"]), afterwards=one["seterusnya"],
                  outcomes=one.get("hasil", {}))  # fmt: skip
    year.children[one["kode"]] = child
    year.transcript.begins(one["kode"], name, one)
    _plans(year, child, one, left)


def _plans(year: Year, child: Child, one: Mapping[str, Any], left: date) -> None:
    """What staff and the mother will do, by days since the child came home."""
    for day, deed in one.get("petugas", {}).items():
        at = at_local(left + timedelta(days=day), time(9, 30), WIB)
        year.plans(at, lambda child=child, deed=deed: year.decides(child, deed))
    for day, act in one.get("ibu", {}).items():
        at = at_local(left + timedelta(days=day), time.fromisoformat(act["jam"]), WIB)
        year.plans(at, lambda child=child, act=act: year.says(child, act))


OTHERS = {"nenek": ContactKind.CAREGIVER, "sekolah": ContactKind.SCHOOL}


def _also(year: Year, code: str, kind: str, one: Mapping[str, Any], *, chat: int) -> None:
    """A second caregiver, or somebody at the school, of a child who is here already."""
    now, centre, child = year.centre.now, year.centre, year.children[code]
    level, page = Level(one["tingkat"]), f"{code}, {kind}"
    is_school = OTHERS[kind] is ContactKind.SCHOOL
    on = local(now, WIB).date() if level is Level.OPEN else None
    new = a_contact(child.case, level, on, id=ContactId(f"contact-{code}-{kind}"))
    new = replace(new, kind=OTHERS[kind], code="S-07" if is_school else None)

    def write(tx: Tx) -> None:
        enrol.add_contact(tx, new, now=now)
        addresses.link(tx, "contact", new.id, chat, now=now)
        found = contacts.get(tx, new.id)
        assert found is not None
        move_contact(tx, found, ContactMoved(state=ContactState.ACTIVE), now=now)

    centre.database.write_now(write)
    also = Child(code=code, contact=new.id, case=child.case, chat=chat, name=page,
                 answers=list(one["kabar"]), afterwards=one["seterusnya"])  # fmt: skip
    year.children[page] = also
    _plans(year, also, one, local(now, WIB).date() + timedelta(days=14))
    year.transcript.begins(page, kind, {**one, "panggilan": "sama", "risiko": "sama"})


def last_day(found: Mapping[str, Any]) -> datetime:
    """A year after the first day, and a little."""
    begins: date = found["mulai"]
    return at_local(begins + timedelta(days=380), time(12), WIB)


CASES = Path(__file__).parents[1] / "cases" / "years" / "empat-keluarga.yaml"

HEAD = """# Setahun bersama empat keluarga

Semua orang di halaman ini karangan. Beginilah dua belas bulan di HP empat keluarga, persis seperti
yang dikirim: yang tenang, yang mengalami kemunduran, yang diam, dan yang punya dua anak di satu HP.
Yang sudah pernah dibaca hanya ditulis awalnya. Jawaban ditulis sebagai angka, satu untuk setiap
butir. Ceritanya ada di `tests/cases/years/empat-keluarga.yaml`; `python -m tests.programme.a_year`
menulis halaman ini lagi, dan sebuah tes gagal kalau isinya tidak sama.

"""


def played(folder: Path) -> Year:
    """The whole year; the database is open still."""
    found = yaml.safe_load(CASES.read_text())
    content = loader.load()
    room = Room(content=content, detector=build(content.signs), timezone=WIB)
    year = begun(folder, room, found)
    year.plays(last_day(found))
    return year


def the_page(year: Year) -> str:
    return HEAD + year.transcript.text()


def write() -> None:
    """Write both pages of the year anew."""
    with TemporaryDirectory() as folder:
        year = played(Path(folder))
        with year.centre.database:
            Path("docs/a-year.md").write_text(the_page(year))
            Path("docs/a-year-of-alerts.md").write_text(alerts_of_year.the_page(year))


if __name__ == "__main__":
    write()
