"""Nothing promises a call that nobody will make: out of hours the truth."""

import pytest

from tests.replies.homes import CRITICAL, Home

SATURDAY, SUNDAY = 7, 8


def test_hard_words_on_saturday_night_name_monday(home: Home) -> None:
    home.until(SATURDAY, 22)

    home.writes(CRITICAL)

    text, buttons = home.last
    assert "Petugas akan menelepon hari Senin sekitar jam 09.00." in text
    assert buttons == [["Aman", "Tidak aman"], ["Belum tahu"], ["Bantuan"]]
    home.taps("Bantuan", "Nomor penting")
    assert "Polisi: 110" in home.texts[-1]


def test_after_hours_on_a_weekday_it_is_tomorrow(home: Home) -> None:
    home.until(3, 20)

    home.writes(CRITICAL)

    assert "Petugas akan menelepon besok sekitar jam 09.00." in home.last[0]


@pytest.mark.parametrize(
    ("slot", "promise"),
    [("Pagi", "hari Senin pagi"), ("Siang", "hari Senin siang"), ("Sore", "hari Senin sore")],
)
def test_a_slot_chosen_on_saturday_is_promised_for_monday(
    home: Home, slot: str, promise: str
) -> None:
    home.until(SATURDAY, 10)

    home.writes("telepon")
    home.taps(slot)

    assert home.texts[-1] == f"Baik, petugas akan menelepon {promise}."


def test_mohon_segera_at_night_says_when_somebody_reads(home: Home) -> None:
    home.until(3, 21)
    home.taps("Mulai", *["Tidak ada"] * 7, "Ada, mohon segera")

    shown = edited(home)[-1]
    assert "Petugas akan membaca dan menelepon besok sekitar jam 09.00." in shown
    assert shown.endswith("Ada yang ingin ditambahkan? Cukup singkat saja.")
    home.taps("Selesai")
    assert "Petugas akan menelepon besok sekitar jam 09.00." in edited(home)[-1]
    assert "tips" not in edited(home)[-1]


def edited(home: Home) -> list[str]:
    return [home._said(row).text for row in home._rows("edit")]


def test_the_staff_are_told_at_any_hour(home: Home) -> None:
    home.until(SUNDAY, 2)

    home.writes(CRITICAL)

    assert home.alerts()[-1] == ("alert", "kritis", "open")
