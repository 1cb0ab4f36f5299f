"""A raw update as a row: kept whatever it holds, in the order of its chat."""

import json
from typing import Any

import pytest

from bot.telegram.arrivals import read_page, read_update
from bot.telegram.raw import bot_id
from tests.telegram.lines import message


@pytest.mark.parametrize(
    ("raw", "kind", "chat"),
    [
        ({"message": {"chat": {"id": 7}}}, "message", "7"),
        ({"edited_message": {"chat": {"id": -7}}}, "edited_message", "-7"),
        ({"callback_query": {"message": {"chat": {"id": 7}}}}, "callback_query", "7"),
        ({"callback_query": {"from": {"id": 8}}}, "callback_query", "8"),
        ({"my_chat_member": {"chat": {"id": 7}}}, "my_chat_member", "7"),
        ({"poll": {"id": "1"}}, "unknown", None),
        ({}, "unknown", None),
        ({"message": None}, "malformed", None),
        ({"message": {"chat": {"id": "7"}}}, "malformed", None),
        ({"message": {"chat": {"id": True}}}, "malformed", None),
        ({"callback_query": {"message": []}}, "malformed", None),
    ],
)
def test_each_update_is_kept_under_its_kind_and_chat(
    raw: dict[str, Any], kind: str, chat: str | None
) -> None:
    whole = {"update_id": 5, **raw}

    found = read_update(whole)

    assert found is not None
    assert (found.update_id, found.kind, found.chat) == (5, kind, chat)
    assert json.loads(found.body) == whole


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"update_id": "5"}, {"update_id": True}])
def test_what_has_no_update_id_cannot_be_kept(raw: object) -> None:
    assert read_update(raw) is None


@pytest.mark.parametrize("update_id", [-1, 2**63])
def test_an_id_that_no_column_holds_counts_as_none(update_id: int) -> None:
    assert read_update(message(update_id)) is None


def test_one_bad_update_does_not_hide_the_others() -> None:
    found = read_page([message(5), "rubbish", message(4), {"update_id": 9, "message": 1}])

    assert [update.update_id for update in found.updates] == [5, 4, 9]
    assert (found.last, found.without_id) == (9, 1)


@pytest.mark.parametrize(
    ("token", "bot"), [("4242:abc", "4242"), ("abc", "bot"), ("4242", "bot"), ("a:b", "bot")]
)
def test_rows_name_the_bot_by_its_number_alone(token: str, bot: str) -> None:
    assert bot_id(token) == bot
