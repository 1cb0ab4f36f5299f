""" "Apakah saat ini aman?" in scenes: hours later, after a gap, inside another check-in."""

from sqlalchemy import select

from storage import tables
from tests.replies.homes import CRITICAL, RATNA, UNSURE, Home

ITEMS = 7


def begun(home: Home) -> None:
    """Her first check-in is open at its second question."""
    home.until(3, 9, 1)
    home.taps("Mulai", "Tidak ada")


def kritis(home: Home) -> int:
    return home.alerts().count(("alert", "kritis", "open"))


def test_tidak_after_hard_words_at_the_open_line_is_not_the_end(home: Home) -> None:
    home.until(3, 9, 1)
    home.taps("Mulai", *["Tidak ada"] * ITEMS, "Tidak ada")
    home.writes(CRITICAL)

    home.writes("tidak")

    assert home.answers()[-1] == ("safe_now", 2)
    assert home.texts[-1].startswith("Mohon utamakan keselamatan.")
    assert "Polisi: 110" in home.texts[-1]


def test_belum_tahu_after_hard_words_answers_them_and_not_the_check_in(home: Home) -> None:
    begun(home)
    home.writes(UNSURE)

    home.writes("nggak tau bu")

    assert home.answers()[-1] == ("safe_now", 1)


def test_back_in_the_check_in_the_same_words_answer_it(home: Home) -> None:
    begun(home)
    home.writes(CRITICAL)
    home.centre.passes(seconds=5)
    home.taps("1-2 hari")

    home.writes("nggak tau")
    home.writes("tidak")

    assert home.answers()[-2:] == [("fear", None), ("withdraw", 0)]


def test_aman_is_heard_hours_later_and_inside_another_check_in(home: Home) -> None:
    home.writes(CRITICAL)
    begun(home)

    home.writes("aman kok bu alhamdulillah")

    assert home.answers()[-1] == ("safe_now", 0)
    assert home.texts[-1] == "Terima kasih, Bapak/Ibu. Petugas tetap akan menelepon."
    assert kritis(home) == 1, "nothing is closed by it"


def test_tdk_is_heard_the_next_day_if_nothing_else_was_asked(home: Home) -> None:
    home.writes(CRITICAL)
    home.until(3, 8)

    home.writes("tdk")

    assert home.answers() == [("safe_now", 2)]


def test_a_bare_no_to_the_next_check_in_is_not_about_safety(home: Home) -> None:
    home.writes(CRITICAL)
    home.until(3, 9, 1)

    home.writes("tidak")

    assert home.answers() == []
    assert home.unread() == 2


def test_aman_means_nothing_once_the_matter_is_settled(home: Home) -> None:
    home.writes(CRITICAL)
    home.centre.taps(RATNA, "Saya tangani", "Bicara, aman")

    home.writes("aman bu")

    assert home.answers() == []
    assert home.texts[-1].startswith("Terima kasih, Bapak/Ibu. Pesannya sudah masuk.")


def test_danger_typed_after_it_is_settled_rings_anew(home: Home) -> None:
    home.writes(CRITICAL)
    home.centre.taps(RATNA, "Saya tangani", "Bicara, aman")

    home.writes("ga aman bu")

    assert kritis(home) == 1
    assert home.alerts().count(("alert", "kritis", "closed")) == 1


def test_a_watch_word_asks_nothing_so_aman_answers_nothing(home: Home) -> None:
    home.writes("Kakak susah tidur")

    home.writes("aman")

    assert home.answers() == []


def test_what_says_more_than_the_answer_can_be_read_behind_lihat(home: Home) -> None:
    home.writes(CRITICAL)
    home.writes("di rumah nenek juga belum terlalu aman bu, tolong kami")

    f, w = tables.facts, tables.words
    unsafe = select(w.c.id).join(f, f.c.words_id == w.c.id).where(f.c.rule == "unsafe")
    assert len(home.centre.rows(unsafe)) == 1
    assert home.unread() == 2
