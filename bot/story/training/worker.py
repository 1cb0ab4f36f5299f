"""A social worker at her phone: confirms new contacts, takes alerts and settles them."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.story.training.deeds import Deed
from bot.story.training.deliveries import Shown
from bot.story.training.lives import Care
from bot.usecases.screens import Deed as Button
from flows.model import Outcome
from storage.outbox import Key

CONFIRMS = timedelta(seconds=90)
LOOKS = timedelta(minutes=1)  # before taking it
NOTES = timedelta(minutes=2)


class Worker:
    """`care` says how an alert or a task is handled, by its id."""

    def __init__(self, person: int, care: Callable[[str], Care]) -> None:
        self.person = person
        self._care = care
        self._cares: dict[str, Care] = {}  # as they were when the first notice came
        self._noted: set[str | None] = set()  # a call and an alert may share what is written

    def sees(self, shown: Shown, alert: str, now: datetime) -> Iterator[Deed]:
        """What she is going to do about this message."""
        keys = {str(key.act["deed"]): key for key in shown.keys}
        is_known = alert in self._cares
        care = self._cares.setdefault(alert, self._care(alert))
        if _asks_for_verdict(keys) and not is_known:  # what nobody judges rings for good
            yield self._tap(shown, keys[Button.FALSE_SIGN], now + LOOKS)
        elif Button.IN_FRONT in keys:
            yield self._tap(shown, keys[Button.IN_FRONT], now + CONFIRMS)
        elif Button.TAKE in keys and not is_known:
            yield from self._takes(shown, keys, care, now)
        elif Button.OUTCOME in keys and care.settles is not None:
            yield self._tap(shown, _outcome(shown, care), now + care.settles)
        elif Button.SKIP_NOTE in keys and (care.note is None or care.note in self._noted):
            yield self._tap(shown, keys[Button.SKIP_NOTE], now + NOTES)
        elif Button.SKIP_NOTE in keys:
            self._noted.add(care.note)
            yield Deed(at=now + NOTES, person=self.person, text=care.note)

    def _takes(
        self, shown: Shown, keys: dict[str, Key], care: Care, now: datetime
    ) -> Iterator[Deed]:
        if care.takes is not None:
            yield self._tap(shown, keys[Button.LOOK], now + care.takes - LOOKS)
            yield self._tap(shown, keys[Button.TAKE], now + care.takes)

    def _tap(self, shown: Shown, key: Key, at: datetime) -> Deed:
        return Deed(at=at, person=self.person, message=shown.message, label=key.label)


def _asks_for_verdict(keys: dict[str, Key]) -> bool:
    """Unsure words; under an outcome the same buttons are only offered."""
    return Button.FALSE_SIGN in keys and keys.keys().isdisjoint((Button.TAKE, Button.OUTCOME))


def _outcome(shown: Shown, care: Care) -> Key:
    """Read, where it is something to read; else what came of it, at the second try if need be."""
    outcomes = {str(key.act["outcome"]): key for key in shown.keys if "outcome" in key.act}
    if Outcome.READ in outcomes:
        return outcomes[Outcome.READ]
    is_first = outcomes[Outcome.NOT_REACHED].act["tries"] == 0
    return outcomes[Outcome.NOT_REACHED if care.tries and is_first else care.outcome]
