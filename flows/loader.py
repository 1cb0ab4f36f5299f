"""The one door to content: files become checked definitions, and errors name file and line."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from flows.definition import Content, ContentFile, Wording
from flows.errors import ContentError
from flows.forms import Checkin
from flows.reading.calendars import read_calendar
from flows.reading.checkins import read_checkin
from flows.reading.contacts import read_contacts
from flows.reading.deadlines import read_deadlines
from flows.reading.documents import open_sheet
from flows.reading.expected import HEARD_FIRST
from flows.reading.folder import KINDS, Gathered, gathered
from flows.reading.messages import read_messages
from flows.reading.nodes import Node, Sheet
from flows.reading.plain import hard_parts
from flows.reading.programmes import read_programme
from flows.reading.rules import KnownFacts, read_rules
from flows.reading.silences import read_silence
from flows.reading.urgencies import read_urgencies
from flows.reading.wordings import read_wording
from flows.rhythm import Programme
from flows.warning_signs import MODEL, Detector, build, unfit
from flows.word_model import approver
from flows.wording import forbidden_words


def load(overlay: Path | None = None, *, rules: Path | None = None) -> Content:
    """The shipped content with the folder `overlay` laid over it.

    A file of the same relative path replaces, others add; `rules` is a file that is tried in the
    place of rules.yaml. Raises ContentError, the first problem of those that `check` lists.
    """
    return _sound(gathered(overlay, rules))


def check(overlay: Path | None = None, *, rules: Path | None = None) -> tuple[ContentError, ...]:
    """Everything that is wrong with the content, in the order of files and lines; also what a phone
    at B may not show, which a centre has to mend before it goes out."""
    desk = _Desk(gathered(overlay, rules))
    content = desk.content()
    return tuple(sorted((*desk.problems(), *desk.too_open(content.wording)), key=_place))


def hints(overlay: Path | None = None) -> tuple[ContentError, ...]:
    """What could be easier to read, in the order of files and lines. It stops nothing."""
    desk = _Desk(gathered(overlay))
    desk.content()
    return desk.hints()


def idle(overlay: Path | None = None) -> tuple[ContentError, ...]:
    """What is shipped and does nothing beside these files. It stops nothing."""
    return tuple(_idle_model(load(overlay).signs))


def detector(content: Content) -> Detector:
    """The detector of the content's own signs and model; the same one for the same files."""
    bodies = {file.name: file.body for file in content.files}
    built = _built(bodies["signs.yaml"], bodies.get("signs.words"))
    if isinstance(built, ContentError):
        raise built
    return built


def unapproved(content: Content) -> tuple[str, ...]:
    """The names of files that nobody has approved, or not all of them: for the warning at start."""
    return tuple(file.name for file in content.files if not _is_approved(file))


def load_checkin(body: str, name: str) -> Checkin:
    """A check-in again from the body that was kept of it; `name` stands in errors."""
    sheet = Sheet(name=name)
    checkin = read_checkin(open_sheet(sheet, body))
    for problem in sheet.problems:
        raise problem
    return checkin


def load_programme(body: str, name: str) -> Programme:
    """A programme again from the body that was kept of it; its check-ins are not looked up."""
    sheet = Sheet(name=name)
    programme = read_programme(open_sheet(sheet, body), None)
    for problem in sheet.problems:
        raise problem
    return programme


@lru_cache(maxsize=2)  # reading takes half a second; the same files always say the same
def _sound(found: Gathered) -> Content:
    desk = _Desk(found)
    content = desk.content()
    for problem in desk.problems():
        raise problem
    return content


class _Desk:
    """All files side by side, so that one may be checked against another."""

    def __init__(self, found: Gathered) -> None:
        self._stray = list(found.stray)
        self._shipped, self._files = dict(found.shipped), dict(found.files)
        self._sheets = {name: Sheet(name=name) for name in {**KINDS, **self._files}}
        if found.tried is not None:
            self._sheets["rules.yaml"] = Sheet(name=found.tried)

    def problems(self) -> tuple[ContentError, ...]:
        noted = [problem for sheet in self._sheets.values() for problem in sheet.problems]
        return tuple(sorted((*self._stray, *noted), key=_place))

    def too_open(self, wording: Wording) -> Iterator[ContentError]:
        """Words that may not stand on a phone which others read."""
        listed = replace(wording, forbidden=wording.not_at_b)
        for sheet in self._sheets.values():
            for where, text in sheet.discreet_texts:
                for word in forbidden_words(text, listed):
                    problem = f'says "{word}" at level B, which anybody may read; use another word'
                    yield ContentError(where, problem)

    def hints(self) -> tuple[ContentError, ...]:
        noted = [hint for sheet in self._sheets.values() for hint in sheet.hints]
        for sheet in self._sheets.values():
            for where, text in sheet.family_texts:
                noted += [ContentError(where, part) for part in hard_parts(text)]
        return tuple(sorted(noted, key=_place))

    def content(self) -> Content:
        """Everything read; of use only where no problem was noted."""
        wording = read_wording(self._root("wording.yaml"))
        messages = read_messages(self._root("messages.yaml"))
        control = {form: str(press) for press in HEARD_FIRST for form in messages.typed[press]}
        checkins = self._checkins(control)
        signs = self._signs()
        programme = read_programme(self._root("programme.yaml"), checkins)
        known = KnownFacts(
            items=self._items(checkins),
            categories=self._categories(signs),
            days=self._days(programme),
        )
        rules, comparing = read_rules(self._root("rules.yaml"), known)
        content = Content(
            checkins=checkins,
            rules=rules,
            comparing=comparing,
            programme=programme,
            urgencies=read_urgencies(self._root("urgencies.yaml")),
            messages=messages,
            help_numbers=read_contacts(self._root("contacts.yaml")),
            wording=wording,
            calendar=read_calendar(self._root("calendar.yaml")),
            silence=read_silence(self._root("silence.yaml")),
            deadlines=read_deadlines(self._root("deadlines.yaml")),
            signs=signs,
            files=tuple(self._files.values()),
        )
        self._prove_words(wording)
        return content

    def _root(self, name: str) -> Node:
        sheet, file = self._sheets[name], self._files.get(name)
        if file is None:
            sheet.wrong(1, "is missing; copy it from the shipped content")
            return Node(sheet, None)
        return open_sheet(sheet, file.body)

    def _checkins(self, control: Mapping[str, str]) -> dict[str, Checkin]:
        checkins: dict[str, Checkin] = {}
        names: dict[str, str] = {}
        for name, file in self._files.items():
            if file.kind != "checkin":
                continue
            root = self._root(name)
            checkin = read_checkin(root, control)
            if checkin.id in checkins:
                root.wrong(
                    f"the id `{checkin.id}` belongs to {names[checkin.id]}; name this file so to "
                    "replace that one, or give it another id"
                )
            checkins[checkin.id], names[checkin.id] = checkin, name
        return checkins

    def _signs(self) -> Mapping[str, object]:
        """signs.yaml and, where it is there, the model of words beside it."""
        signs = _signs(self._root("signs.yaml"))
        file, sheet = self._files.get("signs.yaml"), self._sheets["signs.yaml"]
        model = self._files.get("signs.words")
        body = None if model is None else model.body
        built = _built(file.body, body) if file and not sheet.problems else None
        if isinstance(built, ContentError):
            self._stray.append(ContentError(built.where, built.problem))
        return signs if body is None else {**signs, MODEL: body}

    def _items(self, checkins: Mapping[str, Checkin]) -> frozenset[str]:
        """Items that rules may name: also those of a shipped check-in that was replaced.

        Otherwise a centre that asks fewer questions would have to write its own rules as well.
        """
        shipped = (
            read_checkin(open_sheet(Sheet(name=file.name), file.body))
            for file in self._replaced()
            if file.kind == "checkin"
        )
        return frozenset(
            item.id for checkin in (*checkins.values(), *shipped) for item in checkin.items
        )

    def _categories(self, signs: Mapping[str, object]) -> frozenset[str] | None:
        """Kinds of signs that rules may name, those of a replaced file as well."""
        shipped = (
            _signs(open_sheet(Sheet(name=file.name), file.body))
            for file in self._replaced()
            if file.kind == "signs"
        )
        found = [one.get("categories") for one in (signs, *shipped)]
        if not isinstance(found[0], Mapping):
            return None
        return frozenset(name for names in found if isinstance(names, Mapping) for name in names)

    def _days(self, programme: Programme) -> frozenset[str]:
        """Kinds of days that rules may name, those of a replaced programme as well."""
        shipped = (
            read_programme(open_sheet(Sheet(name=file.name), file.body), None)
            for file in self._replaced()
            if file.kind == "programme"
        )
        return frozenset(kind.id for one in (programme, *shipped) for kind in one.days)

    def _replaced(self) -> Iterator[ContentFile]:
        """Shipped files that another one lies over."""
        for name, file in self._shipped.items():
            if self._files[name] is not file:
                yield file

    def _prove_words(self, wording: Wording) -> None:
        """No text that a family or a school may read holds a word that may never leave."""
        for sheet in self._sheets.values():
            for where, text in sheet.family_texts:
                for word in forbidden_words(text, wording):
                    problem = f'says "{word}", which may never leave; use another word'
                    self._stray.append(ContentError(where, problem))


@lru_cache(maxsize=2)  # building takes half a second, and whoever loads content wants it too
def _built(body: str, model: str | None) -> Detector | ContentError:
    """The detector of signs and model, or where and what it says against them."""
    signs = _signs(open_sheet(Sheet(name="signs.yaml"), body))
    try:
        return build(signs if model is None else {**signs, MODEL: model})
    except ContentError as error:
        return error


def _idle_model(signs: Mapping[str, object]) -> Iterator[ContentError]:
    """The model of words is of no use to a centre with categories of its own: it should know."""
    if names := unfit(signs):
        problem = (
            "is left out, so phrases judge alone: signs.yaml lacks what it was trained with, or "
            f"has it at another level ({', '.join(names)}); an empty signs.words says this is meant"
        )
        yield ContentError("signs.words:1", problem)


def _signs(root: Node) -> Mapping[str, object]:
    plain = root.plain()
    return {str(key): value for key, value in plain.items()} if isinstance(plain, dict) else {}


def _place(problem: ContentError) -> tuple[str, int]:
    """File and line, to sort by."""
    name, _, line = problem.where.rpartition(":")
    return (name, int(line)) if line.isdigit() else (problem.where, 0)


def _is_approved(file: ContentFile) -> bool:
    """Is there an approval, and none that is still open?"""
    if file.kind == "words":
        return not file.body.strip() or approver(file.body) is not None
    found = list(_approvals(open_sheet(Sheet(name=file.name), file.body).plain()))
    return bool(found) and None not in found


def _approvals(plain: object) -> Iterator[object]:
    """Every `approved_by` in the file, wherever it stands."""
    if isinstance(plain, dict):
        if "approved_by" in plain:
            yield plain["approved_by"]
        for value in plain.values():
            yield from _approvals(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _approvals(value)
