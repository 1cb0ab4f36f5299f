"""Benar and Bukan straight from the notice, by the wrong finger, and both at once."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from bot.usecases.incoming import NO_SIGNS, Incoming
from bot.usecases.staff_press import staff_press
from flows.model import Signs
from storage import tables
from tests.lanes.houses import CHILD, DEWI, RATNA, SARI, UNSURE, House

LOOK_FIRST = "Tekan Lihat dulu: ada kata yang belum dilihat."
READ = "Pesan Bapak/Ibu sudah dibaca petugas. Terima kasih."


def reading(house: House) -> list[str]:
    """States of the reading lists."""
    a = tables.alerts
    rows = house.centre.rows(select(a).where(a.c.kind == "reading").order_by(a.c.id))
    return [row.state for row in rows]


def test_bukan_on_the_notice_counts_and_the_text_is_still_to_be_read(house: House) -> None:
    house.writes(UNSURE)

    said = house.taps(RATNA, "Bukan")

    assert said is None
    assert house.alerts() == [("unsure_words", "closed", "dismissed")]
    assert house.verdicts() == [("unsure_words", False)]
    house.passes(hours=3)
    assert house.rung(RATNA)[0] == house.rung(DEWI)[0] == 0
    assert reading(house) == ["open"], "nobody has read it"
    assert READ not in house.shown(SARI)
    house.taps(RATNA, "Lihat")
    assert UNSURE in house.last(RATNA)[0]
    house.taps(RATNA, "Saya tangani", "Sudah dibaca")
    assert READ in house.shown(SARI)


def test_a_slip_of_the_finger_on_bukan_can_be_taken_back(house: House) -> None:
    house.writes(UNSURE)
    house.taps(RATNA, "Lihat", "Bukan")
    assert house.last(RATNA) == ("K-0142. Selesai, sudah disimpan.", ["Ternyata benar"])
    house.passes(minutes=5)

    house.taps(RATNA, "Ternyata benar")

    assert house.rung(RATNA)[0] == 1
    assert house.verdicts() == [("unsure_words", True)]
    house.taps(RATNA, "Saya tangani", "Kunjungi", "Lewati catatan")
    assert house.alerts() == [("alert", "closed", "visit")]


def test_bukan_after_a_look_is_the_end_of_it(house: House) -> None:
    house.writes(UNSURE)

    house.taps(RATNA, "Lihat", "Bukan")

    assert reading(house) == []
    assert READ in house.shown(SARI)


def test_bukan_on_the_notice_does_not_speak_for_what_came_after_it(house: House) -> None:
    house.writes(UNSURE)
    house.passes(minutes=5)
    house.writes(f"{UNSURE}, beneran bu")

    assert house.taps(RATNA, "Bukan") == LOOK_FIRST

    assert house.alerts() == [("unsure_words", "open", None)]
    assert house.verdicts() == []


def test_benar_on_the_notice_rings_at_once(house: House) -> None:
    house.writes(UNSURE)

    house.taps(RATNA, "Benar")

    assert house.rung(RATNA) == (1, 1)
    assert house.verdicts() == [("unsure_words", True)]


def test_a_verdict_on_a_child_who_writes_is_kept_and_counted(house: House) -> None:
    signs = Signs(level="none", labels=(), evidence=(), child_writes=True)
    body = {"chat": {"id": SARI, "type": "private"}, "text": CHILD}
    row = house.centre.arrives(SARI, "message", body)
    house.centre._receives(Incoming(id=row, chat=SARI, at=house.centre.now, signs=signs,
                                    message_no=1, text=CHILD))  # fmt: skip

    house.taps(RATNA, "Lihat", "Bukan")

    assert house.verdicts() == [("child_writes", False)]


def test_whoever_is_first_benar_and_bukan_at_once_ring(house: House) -> None:
    house.until(23)
    house.writes(UNSURE)
    house.passes(minutes=31)
    house.taps(RATNA, "Lihat")
    taps = []
    for chat, label in ((RATNA, "Bukan"), (DEWI, "Benar")):
        pressed, no = house.centre._button(chat, label)
        row = house.centre.arrives(chat, "callback_query", {"data": pressed, "from": {"id": chat}})
        taps.append(Incoming(id=row, chat=chat, at=house.centre.now, signs=NO_SIGNS,
                             message_no=no, pressed=pressed))  # fmt: skip

    def press(came: Incoming) -> None:
        house.centre.database.write_now(staff_press, house.centre.room, came, now=house.centre.now)

    with ThreadPoolExecutor(max_workers=2) as both:
        list(both.map(press, taps))

    assert [(kind, state) for kind, state, _ in house.alerts()] == [("alert", "open")]
    assert house.verdicts() == [("unsure_words", True)]


def test_ten_unsure_messages_in_a_night_are_one_notice_and_ring_once(house: House) -> None:
    house.until(2)
    for number in range(10):
        house.writes(f"{UNSURE} {number}")
        house.passes(minutes=1)
    assert house.rung(RATNA) == (0, 1)

    house.passes(minutes=50)

    assert house.rung(RATNA) == (1, 2)
    assert house.rung(DEWI) == (0, 1)
