"""One row over which a check stumbles keeps no other from being looked at, on either engine."""

from collections.abc import Sequence

from sqlalchemy import text

from bot.oversight.trips import guarded
from storage.transaction import Tx
from tests.oversight.centres import Centre


def test_a_statement_that_the_database_refuses_for_one_row_ends_nothing(quiet: Centre) -> None:
    def look(tx: Tx) -> tuple[list[str], list[str]]:
        def refused_for_b(names: Sequence[str]) -> list[str]:
            for name in names:
                tx.execute(text("SELECT nothing" if name == "b" else "SELECT 1"))
            return list(names)

        return guarded(tx, refused_for_b, ["a", "b", "c"], "refused")

    assert quiet.database.read_now(look) == (["a", "c"], ["b"])
