"""Every cell of the table of who may do what, written out once more by hand."""

from itertools import product

import pytest

from flows.model import Role
from flows.permissions import Right, may

CELLS = """
deed               social_worker  supervisor  head  psychologist  broadcaster  admin
view_case          own+asked      any         asked asked         -            -
read_words         own+asked      any         asked asked         -            -
acknowledge        own+asked      any         asked -             -            -
record_outcome     own+asked      any         asked -             -            -
fill_form          own+asked      any         asked -             -            -
stop_clock         own+asked      any         asked -             -            -
change_plan        own            any         any   -             -            -
confirm_contact    own            own+asked   -     -             -            -
reassign           -              any         -     -             -            -
approve_closure    -              any         any   -             -            -
report             own            any         -     -             -            -
team_figures       own            any         any   -             -            -
broadcast_write    -              any         -     -             any          -
broadcast_approve  -              any         any   -             -            -
manage_lessons     -              -           -     -             any          -
manage_staff       -              -           -     -             -            any
manage_duty        -              any         -     -             -            -
"""


def table() -> dict[tuple[Role, Right], str]:
    heading, *rows = (line.split() for line in CELLS.strip().splitlines())
    return {
        (Role(role), Right(row[0])): cell
        for row in rows
        for role, cell in zip(heading[1:], row[1:], strict=True)
    }


def test_the_table_names_every_role_and_deed() -> None:
    assert set(table()) == set(product(Role, Right))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("deed", Right)
@pytest.mark.parametrize("is_own", [False, True])
@pytest.mark.parametrize("is_asked", [False, True])
def test_a_role_may_do_what_its_cell_says_and_nothing_else(
    role: Role, deed: Right, is_own: bool, is_asked: bool
) -> None:
    cell = table()[role, deed]
    expected = cell == "any" or ("own" in cell and is_own) or ("asked" in cell and is_asked)

    assert may(role, deed, is_own=is_own, is_asked=is_asked) is expected


@pytest.mark.parametrize("role", [Role.ADMIN, Role.BROADCASTER])
@pytest.mark.parametrize("deed", [Right.VIEW_CASE, Right.READ_WORDS])
def test_admin_and_broadcaster_never_see_a_familys_words(role: Role, deed: Right) -> None:
    assert not may(role, deed, is_own=True, is_asked=True)
