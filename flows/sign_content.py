"""The shape of signs.yaml, checked: what a psychologist wrote, ready for a detector."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flows.affixes import ACTIVE, BARE, OWN, PASSIVE, forms
from flows.errors import ContentError
from flows.negation import Role
from flows.spelling import Glue, Lexicon, spoken, squeeze

LEVELS = ("critical", "watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One kind of sign and its phrases, those first that are sure.

    - `only_present`: told of another time of life, it is no sign; signs of watch never are.
    - `instead_of`: categories that it takes the place of in the same sentence.
    """

    name: str
    level: str
    phrases: tuple[str, ...]
    unsure: tuple[str, ...]
    only_present: bool
    instead_of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildWrites:
    """Phrases of a child on the parent's phone, those that ask for help, and those that say that
    somebody else is quoted: then it is the parent who writes. Only a text with a word that begins
    like one of `listens_for` is looked at."""

    phrases: tuple[str, ...] = ()
    pleas: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    listens_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignContent:
    """signs.yaml as types. Words are as written, not yet squeezed.

    `flags` are the word lists of `words`: filler, not, through, closer, link. `everyday` and
    `turns` are for the model of words alone, and may be missing.
    """

    same: Mapping[str, tuple[str, ...]]
    everyday: Mapping[str, tuple[str, ...]]
    turns: tuple[str, ...]
    endings: tuple[str, ...]
    glue: Glue
    places: tuple[str, ...]
    flags: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, frozenset[str]]
    context: Mapping[Role, tuple[str, ...]]
    idioms: tuple[str, ...]
    methods: tuple[str, ...]
    rivals: tuple[str, ...]
    categories: tuple[Category, ...]
    child: ChildWrites


CHILD = "child_writes"
FLAG_NAMES = ("filler", "not", "through", "closer", "link")


def read(content: Mapping[str, object]) -> SignContent:
    """Check the parsed file; raises ContentError with the place and what belongs there."""
    spelling = _mapping(content, "spelling", "")
    words = _mapping(content, "words", "")
    context = _mapping(content, "context", "")
    categories = _mapping(content, "categories", "")
    known = tuple(_category(categories, name) for name in categories)
    rivals = _texts(content, "rivals", "")
    _prove_names(rivals, categories, "rivals")
    for category in known:
        _prove_names(category.instead_of, categories, f"categories.{category.name}.instead_of")
    return SignContent(
        same=_lists(_mapping(spelling, "same", "spelling"), "spelling.same"),
        everyday=_everyday(spelling),
        turns=_texts(words, "turn", "words") if "turn" in words else (),
        endings=_texts(spelling, "endings", "spelling"),
        glue=Glue(
            _texts(spelling, "glued", "spelling"),
            frozenset(squeeze(word) for word in _texts(spelling, "glued_to", "spelling")),
        ),
        places=_texts(spelling, "places", "spelling"),
        flags={name: _texts(words, name, "words") for name in FLAG_NAMES},
        groups=_groups(_mapping(content, "groups", ""), _mapping(content, "verbs", "")),
        context={role: _texts(context, role.value, "context") for role in Role},
        idioms=_texts(content, "idioms", ""),
        methods=_texts(content, "methods", ""),
        rivals=rivals,
        categories=known,
        child=_child(content),
    )


def _child(content: Mapping[str, object]) -> ChildWrites:
    """May be missing: then no message sounds like a child."""
    if CHILD not in content:
        return ChildWrites()
    rows = _mapping(content, CHILD, "")
    names = ("phrases", "pleas", "quotes", "listens_for")
    return ChildWrites(**{name: _texts(rows, name, CHILD) for name in names})


def _everyday(spelling: Mapping[str, object]) -> Mapping[str, tuple[str, ...]]:
    if "everyday" not in spelling:
        return {}
    return _lists(_mapping(spelling, "everyday", "spelling"), "spelling.everyday")


def _prove_names(names: Iterable[str], categories: Mapping[str, object], place: str) -> None:
    for name in names:
        if name not in categories:
            raise ContentError(f"signs.yaml: {place}", f"there is no category {name!r}")


def lexicon(signs: SignContent, bits: Mapping[str, int]) -> Lexicon:
    """Every word with its meaning: `bits` for its places in phrases, what it is, its synonyms."""
    meanings: defaultdict[str, int] = defaultdict(int)
    for word, meaning in bits.items():
        meanings[squeeze(word)] |= meaning
    for place, name in enumerate(FLAG_NAMES):
        for word in signs.flags[name]:
            meanings[squeeze(word)] |= 1 << place
    for word, other in _equal_words(signs, bits):
        meanings[squeeze(other)] |= meanings[squeeze(word)]
    said = {heard: meaning for word, meaning in meanings.items() for heard in spoken(word)}
    return Lexicon(
        meanings={**said, **meanings},  # a word that is listed means what the lists say
        endings=tuple(sorted(signs.endings, key=len, reverse=True)),
        glue=signs.glue,
    )


def _equal_words(signs: SignContent, known: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a word and another that means the same as well, in the order in which to apply."""
    for place in signs.places:
        yield from ((place, prefix + place) for prefix in ("di", "ke"))
    for word, others in signs.same.items():
        yield from ((word, other) for other in others)
    for word in known:
        if word.endswith("nya"):  # bapaknya is listed for the husband, and is a bapak all the same
            yield word.removesuffix("nya"), word


def _category(categories: Mapping[str, object], name: str) -> Category:
    where = f"categories.{name}"
    rows = _mapping(categories, name, "categories")
    level = rows.get("level")
    if level not in LEVELS:
        raise ContentError(f"signs.yaml: {where}.level", f"write one of {', '.join(LEVELS)}")
    return Category(
        name=name,
        level=str(level),
        phrases=_texts(rows, "phrases", where),
        unsure=_texts(rows, "unsure", where) if "unsure" in rows else (),
        only_present=rows.get("only_present") is True,
        instead_of=_texts(rows, "instead_of", where) if "instead_of" in rows else (),
    )


def _groups(
    written: Mapping[str, object], verbs: Mapping[str, object]
) -> Mapping[str, frozenset[str]]:
    """Groups and verbs under the names that phrases use: `orang`, `hurt`, `di-hurt`, ..."""
    groups: dict[str, frozenset[str]] = {}
    for name in verbs:
        roots = _texts(verbs, name, "verbs")
        for voice, prefix in ((PASSIVE, "di-"), (ACTIVE, "me-"), (OWN, "ku-"), (BARE, "")):
            groups[prefix + name] = frozenset(form for root in roots for form in forms(root)[voice])
    for name in written:
        groups[name] = frozenset(_members(_texts(written, name, "groups"), groups, name))
    return groups


def _members(
    members: tuple[str, ...], groups: Mapping[str, frozenset[str]], name: str
) -> Iterator[str]:
    for member in members:
        if not member.startswith("<"):
            yield member
        elif member[1:-1] in groups:
            yield from groups[member[1:-1]]
        else:
            raise ContentError(f"signs.yaml: groups.{name}", f"{member} must stand further up")


def _mapping(content: Mapping[str, object], key: str, inside: str) -> Mapping[str, object]:
    value = content.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise ContentError(_where(inside, key), "write names, each with its values below it")
    return value


def _lists(content: Mapping[str, object], inside: str) -> Mapping[str, tuple[str, ...]]:
    return {key: _texts(content, key, inside) for key in content}


def _texts(content: Mapping[str, object], key: str, inside: str) -> tuple[str, ...]:
    value = content.get(key)
    if isinstance(value, list) and all(isinstance(text, str) and text.strip() for text in value):
        return tuple(value)
    raise ContentError(
        _where(inside, key), "write a list of texts, in quotes where YAML asks for it"
    )


def _where(inside: str, key: str) -> str:
    return f"signs.yaml: {inside}.{key}" if inside else f"signs.yaml: {key}"
