"""The list of words that may never leave, of words that only look like them, and of nicknames."""

from flows.definition import Wording
from flows.reading.nodes import APPROVAL, LABEL, Node, read_approval
from flows.stems import SHORTEST

NICKNAME = 20  # characters: it stands in the middle of a question


def read_wording(root: Node) -> Wording:
    """All three lists; an empty list of forbidden words would let everything out."""
    fields = root.fields(("forbidden", "exceptions", "nicknames"), (*APPROVAL, "not_at_b"))
    read_approval(fields)
    for entry in (*fields["forbidden"].items(), *fields["not_at_b"].items()):
        word = entry.raw()
        if any(len(part) < SHORTEST or not part.isalpha() for part in word.split()):
            entry.wrong(
                f"`{word}` would never be found; write words of at least {SHORTEST} letters, "
                "nothing else"
            )
    return Wording(
        forbidden=_words(fields["forbidden"], least=1),
        exceptions=_words(fields["exceptions"], least=0),
        nicknames=tuple(
            entry.family_text(most=NICKNAME) for entry in fields["nicknames"].items(least=1)
        ),
        not_at_b=_words(fields["not_at_b"], least=0),
    )


def _words(node: Node, *, least: int) -> tuple[str, ...]:
    found: list[str] = []
    for entry in node.items(least):
        word = entry.text(most=LABEL).casefold()
        if word in found:
            entry.wrong(f"`{word}` stands here twice; keep one")
        found.append(word)
    return tuple(found)
