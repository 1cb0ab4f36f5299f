"""What families read is what was agreed, to the letter, and harmless where it has to be."""

import re
from collections.abc import Iterator

import pytest

from flows import loader
from flows.definition import Content, Press
from flows.model import Level
from flows.wording import forbidden_words, typed_presses


@pytest.fixture(scope="module")
def content() -> Content:
    return loader.load()


def _checkin_texts(content: Content) -> Iterator[tuple[str, Level, str]]:
    """(where, level, text) of everything a check-in shows."""
    for checkin in content.checkins.values():
        yield f"{checkin.id}.opening", checkin.level, checkin.opening
        yield f"{checkin.id}.open_line", checkin.level, checkin.open_line or ""
        for item in checkin.items:
            for age, text in item.texts.items():
                yield f"{checkin.id}.{item.id}.{age}", checkin.level, text
            for choice in item.choices:
                yield f"{checkin.id}.{item.id}.{choice.value}", checkin.level, choice.label


def _said(content: Content) -> Iterator[tuple[str, str]]:
    """Every text of the content, those for staff as well."""
    yield from ((where, text) for where, _, text in _checkin_texts(content))
    messages = content.messages
    yield from ((name, message.text) for name, message in messages.texts.items())
    yield from messages.labels.items()
    yield from messages.days.items()
    yield from messages.reasons.items()
    yield from (("tip", tip) for tip in messages.tips)
    yield from ((rule.id, rule.says) for rule in content.rules)
    yield from ((number.number, number.label) for number in content.help_numbers)
    yield from (("nickname", nickname) for nickname in content.wording.nicknames)
    yield "share_number", messages.share_number


def test_no_shipped_text_holds_a_forbidden_word(content: Content) -> None:
    for where, text in _said(content):
        assert forbidden_words(text, content.wording) == (), where


AGREED = {
    "greeting": "Selamat {waktu}, Bapak/Ibu. Ini Kabar Keluarga, teman mengasuh anak. Saya "
    "asisten otomatis, bukan orang. Saya kirim tips dan tanya kabar sebentar. "
    "Gratis, selain paket data. Lanjut?",
    "pending": "Terima kasih, Bapak/Ibu. Sebentar ya, petugas akan menyapa dulu.",
    "consent_1": "Jawaban Bapak/Ibu dibaca petugas yang sudah Bapak/Ibu kenal dan timnya. Saya"
    " tidak dijaga terus. Kalau mendesak, tekan Bantuan.",
    "consent_2": "Cerita Bapak/Ibu kami jaga. Tapi kalau ada bahaya untuk anak, petugas wajib "
    "bertindak. Kalau aman, Bapak/Ibu diajak bicara dulu.",
    "consent_3": "Boleh ikut, boleh tidak. Boleh berhenti kapan saja: tulis STOP. Bantuan "
    "untuk keluarga tidak berkurang. Bagaimana, Bapak/Ibu?",
    "consent_b": "Aturan kelas sudah dijelaskan petugas. Bapak/Ibu setuju ikut?",
    "consented": "Terima kasih, Bapak/Ibu. Kabar pertama datang {hari} sekitar jam {jam}.",
    "declined": "Baik, Bapak/Ibu, tidak apa-apa. Kalau nanti mau ikut, beri tahu petugas.",
    "resume": "Belum selesai. Lanjutkan?",
    "thanks": "Terima kasih, Bapak/Ibu. Kabarnya sudah masuk. Satu tips kecil hari ini: "
    "{tips}. Kalau mau bicara dengan petugas, tekan Telepon saya.",
    "everything": "Terima kasih kabarnya, Bapak/Ibu. Mau bicara dengan petugas? Tekan Telepon "
    "saya. Nomor penting ada di Bantuan.",
    "reminder": "Selamat {waktu}, Bapak/Ibu. Kalau sibuk tidak apa-apa. Cukup tekan satu "
    "tombol saja.",
    "stop": "Baik, Bapak/Ibu. Saya berhenti mengirim pesan. Terima kasih. Bantuan untuk "
    "keluarga tetap ada. Kalau mau ikut lagi, tulis MULAI.",
    "wrong_person": "Maaf, berarti salah sambung. Saya tidak akan mengirim pesan lagi ke sini. "
    "Terima kasih.",
    "hard_words": "Terima kasih kabarnya, Bapak/Ibu. Sudah saya terima dengan baik. Bapak/Ibu "
    "tidak sendiri. Petugas akan menelepon {waktu}. Satu pertanyaan saja: apakah "
    "saat ini aman?",
    "danger": "Mohon utamakan keselamatan. Kalau ada bahaya sekarang, telepon 110 atau 112."
    " Petugas kami juga sudah diberi tahu.",
    "strangers": "Terima kasih. Layanan ini hanya untuk peserta kelas. Kalau Bapak/Ibu "
    "peserta, silakan minta kode pada petugas.",
    "media": "Sudah diterima, petugas akan melihat.",
    "hide": "Baik.",
    "help": "Bantuan untuk Bapak/Ibu.",
    "call_promised": "Baik, petugas akan menelepon {hari} {slot}.",
    "call_not_now": "Baik. Kapan saja mau, tekan Telepon saya.",
}


@pytest.mark.parametrize("name", AGREED)
def test_agreed_words_are_kept_to_the_letter(content: Content, name: str) -> None:
    assert content.messages.texts[name].text == AGREED[name]


def test_there_are_tips_enough_each_one_harmless_sentence(content: Content) -> None:
    tips = content.messages.tips

    assert len(set(tips)) >= 8
    for tip in tips:
        assert not re.search(r"[.?!:]", tip)


def test_the_buttons_under_help(content: Content) -> None:
    rows = content.messages.texts["help"].buttons

    assert [content.messages.labels[press] for row in rows for press in row] == [
        "Telepon saya",
        "Nomor penting",
        "Berhenti",
        "Salah sambung",
        "Tutup",
    ]


def test_what_b_may_get_is_harmless_for_anyone_to_read(content: Content) -> None:
    texts = [text for _, level, text in _checkin_texts(content) if level is Level.DISCREET]
    texts += [one.text for one in content.messages.texts.values() if Level.DISCREET in one.levels]

    for text in texts:
        assert not re.search(
            r"(?i)\b(aman|bahaya|khawatir|takut|lapor|polisi|marah|murung|\{panggilan\})\b", text
        )


def test_sentences_are_short_enough_for_a_tired_reader(content: Content) -> None:
    for where, text in _said(content):
        sentences = [part for part in re.split(r"[.?!:]\s+", text) if part.strip()]
        words = sum(len(sentence.split()) for sentence in sentences)
        assert words <= 12 * max(len(sentences), 1), where


def test_stop_and_the_other_control_words_are_understood(content: Content) -> None:
    for text, press in {
        "STOP": Press.STOP,
        "BERHENTI": Press.STOP,
        "/berhenti": Press.STOP,
        "BANTUAN": Press.HELP,
        "TELEPON": Press.CALL_ME,
        "CUKUP": Press.HIDE,
        "MULAI": Press.RETURN,
        "Tidak aman": Press.UNSAFE,
    }.items():
        assert press in typed_presses(text, content.messages)
