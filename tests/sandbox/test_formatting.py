"""What the parse modes leave of a text, counted as Telegram counts."""

import pytest

from bot.sandbox.entities import found_in, from_html
from bot.sandbox.errors import ApiError
from bot.sandbox.markdown import from_markdown, from_markdown_v2


def spans(text: str, entities: list[dict[str, object]]) -> list[tuple[object, str]]:
    """Each entity with the words it covers."""
    units = text.encode("utf-16-le")
    found = []
    for entity in entities:
        start, length = int(str(entity["offset"])), int(str(entity["length"]))
        found.append((entity["type"], units[2 * start : 2 * (start + length)].decode("utf-16-le")))
    return found


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("<b>a <i>b</i></b>", "a b", [("bold", "a b"), ("italic", "b")]),
        ("👩 <u>ibu</u> &lt;3", "👩 ibu <3", [("underline", "ibu")]),
        ('<a href="https://x.id/?a=1&amp;b=2">x</a>', "x", [("text_link", "x")]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", "s")]),
        ("  <s>x </s>\n", "x", [("strikethrough", "x")]),
        ("<pre>a\n b</pre>", "a\n b", [("pre", "a\n b")]),
        ("<b></b>a", "a", []),
    ],
)
def test_html_becomes_plain_text_with_entities(
    source: str, text: str, expected: list[tuple[str, str]]
) -> None:
    plain, entities = from_html(source)

    assert (plain, spans(plain, entities)) == (text, expected)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("é<h1>a</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("3 < 4", "Unclosed start tag at byte offset 2"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler"'),
    ],
)
def test_html_that_does_not_match_is_refused(source: str, words: str) -> None:
    with pytest.raises(ApiError) as refused:
        from_html(source)

    assert refused.value.description.startswith("Bad Request: can't parse entities: ")
    assert words in refused.value.description


def test_markdown_v2_nests_and_escapes() -> None:
    text, entities = from_markdown_v2(r"*a _b_* \. ||c|| `d*` [e](https://x.id)")

    assert text == "a b . c d* e"
    assert spans(text, entities) == [
        ("bold", "a b"),
        ("italic", "b"),
        ("spoiler", "c"),
        ("code", "d*"),
        ("text_link", "e"),
    ]


def test_code_block_keeps_its_language() -> None:
    text, entities = from_markdown_v2("```python\nx = 1\n```")

    assert text == "x = 1"
    assert entities[0]["language"] == "python"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("halo.", "Character '.' is reserved and must be escaped"),
        ("*a", "Can't find end of Bold entity at byte offset 0"),
        ("a]", "Character ']' is reserved"),
        ("[a] b", "Can't find end of TextUrl entity"),
        ("`a", "Can't find end of Code entity"),
    ],
)
def test_markdown_v2_left_open_is_refused(source: str, words: str) -> None:
    with pytest.raises(ApiError, match="can't parse entities") as refused:
        from_markdown_v2(source)

    assert words in refused.value.description


def test_old_markdown_reads_marks_links_and_code() -> None:
    text, entities = from_markdown(r"*a* _b_ `c` [d](https://x.id) \_e. [f]")

    assert text == "a b c d _e. f"
    assert [kind for kind, _ in spans(text, entities)] == ["bold", "italic", "code", "text_link"]


def test_old_markdown_left_open_is_refused() -> None:
    with pytest.raises(ApiError, match="Can't find end of Italic entity at byte offset 2"):
        from_markdown("a _b")


def test_commands_addresses_and_mentions_are_found() -> None:
    text = "😀 /start@kabar_bot https://x.id/a @peksos_budi a/b"

    assert spans(text, found_in(text)) == [
        ("bot_command", "/start@kabar_bot"),
        ("url", "https://x.id/a"),
        ("mention", "@peksos_budi"),
    ]
