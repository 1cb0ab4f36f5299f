"""The story's file: whole, and in two languages."""

from collections.abc import Iterator

import pytest

from bot.story import additions, centre, script, words

SCRIPT = script.load()
CAST = {part.key: part for part in centre.cast()}


def sayings() -> Iterator[tuple[str, words.Said]]:
    for chapter in SCRIPT.chapters:
        yield f"{chapter.id}.title", chapter.title
        yield f"{chapter.id}.why", chapter.why
    for step in SCRIPT.steps:
        yield f"{step.id}.title", step.title
        yield f"{step.id}.why", step.why
        yield f"{step.id}.button", step.button
    for key, part in CAST.items():
        yield f"cast.{key}", part.part
    for key, kind in additions.kinds().items():
        yield f"added.{key}", kind["part"]
    yield from words.read("words.yaml").items()


SAYINGS = dict(sayings())


@pytest.mark.parametrize("name", SAYINGS)
def test_everything_is_said_in_both_languages(name: str) -> None:
    assert set(SAYINGS[name]) == {"id", "en"}
    assert all(text.strip() == text and text for text in SAYINGS[name].values())


@pytest.mark.parametrize("step", SCRIPT.steps, ids=lambda step: step.id)
def test_a_step_says_why_in_one_sentence(step: script.Step) -> None:
    for text in step.why.values():
        assert text.endswith(".")
        assert text.count(". ") == 0


@pytest.mark.parametrize("step", SCRIPT.steps, ids=lambda step: step.id)
def test_a_step_stands_in_a_chapter_and_its_people_in_the_cast(step: script.Step) -> None:
    assert step.chapter in {chapter.id for chapter in SCRIPT.chapters}
    assert set(step.people) <= set(CAST)


def test_steps_have_names_of_their_own_and_follow_their_chapters() -> None:
    chapters = [chapter.id for chapter in SCRIPT.chapters]
    order = [chapters.index(step.chapter) for step in SCRIPT.steps]

    assert len({step.id for step in SCRIPT.steps}) == len(SCRIPT.steps)
    assert order == sorted(order)
