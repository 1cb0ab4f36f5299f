"""A child who writes stands in no rule file; a replay tells of it all the same."""

from datetime import UTC, datetime
from pathlib import Path

from bot.rehearsal.comparing import Compared
from bot.rehearsal.stored import replay_stored
from bot.usecases.incoming import Incoming
from bot.usecases.room import Room
from flows.model import Certainty, Evidence, Signs
from tests.oversight.centres import opened
from tests.rehearsal.weeks import SARI, Weeks, begun

CHILD = "ini aku kak, mama lagi tidur"
BEFORE_ALL = datetime(2026, 1, 1, tzinfo=UTC)


def compared(weeks: Weeks) -> Compared:
    centre = weeks.centre
    found = replay_stored(centre.database, centre.room, since=BEFORE_ALL, until=centre.now)
    return found.compared


def test_it_is_told_again_and_nothing_else(
    database_url: str, tmp_path: Path, the_room: Room
) -> None:
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        weeks = begun(centre)
        centre.writes(SARI, CHILD)

        found = compared(weeks)

    assert found.differences == ()
    assert found.rules["child_writes"].now == found.rules["child_writes"].changed == 1


def test_what_was_only_unsure_before_phrases_knew_a_child_is_not_simply_dropped(
    database_url: str, tmp_path: Path, the_room: Room
) -> None:
    centre = opened(database_url, tmp_path, the_room)
    with centre.database:
        weeks = begun(centre)
        heard = Evidence(text="mama", start=13, end=17, category="self_harm",
                         certainty=Certainty.UNSURE)  # fmt: skip
        signs = Signs(level="critical", labels=("self_harm",), evidence=(heard,))
        body = {"chat": {"id": SARI, "type": "private"}, "text": CHILD}
        row = centre.arrives(SARI, "message", body)
        centre._receives(Incoming(id=row, chat=SARI, at=centre.now, signs=signs,
                                  message_no=1, text=CHILD))  # fmt: skip

        found = compared(weeks)

    changes = {(str(one.change), one.rule) for one in found.differences}
    assert changes == {("dropped", "unsure_words"), ("added", "child_writes")}
