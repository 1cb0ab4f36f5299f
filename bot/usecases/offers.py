"""What a staff screen offers beside its own buttons: a verdict about the sign, the child who was
writing, the clock of the law. Each only where there is something to say."""

from dataclasses import replace

from bot.texts import Text
from bot.usecases import screens
from flows.model import AlertKind, AlertState, Outcome
from storage import deadlines, facts, verdicts
from storage.alerts import Alert
from storage.outbox import Act, Key, Payload
from storage.transaction import Tx

Rows = tuple[tuple[Key, ...], ...]


def outcomes(tx: Tx, alert: Alert) -> Payload:
    """After "Saya tangani"."""
    return _with(screens.outcomes(alert), _verdict(tx, alert))


def tried(tx: Tx, alert: Alert) -> Payload:
    """After "Tidak tersambung"."""
    return _with(screens.tried(alert), _verdict(tx, alert))


def note_asked(tx: Tx, alert: Alert, outcome: Outcome, *, offers_form: bool = False) -> Payload:
    """After an outcome: who has talked with the family often knows by now what the sign was."""
    payload = screens.note_asked(alert, outcome, offers_form=offers_form)
    form = int(offers_form)
    return _with(payload, _verdict(tx, alert, outcome=outcome, form=form), _clock(tx, alert))


def done(tx: Tx, alert: Alert) -> Payload:
    """Everything is kept; a clock that runs can still be reached from here."""
    return _with(screens.done(alert.code), _clock(tx, alert))


def on_details(tx: Tx, alert: Alert) -> Rows:
    """Under the words: the verdict that is awaited, and "Anak yang menulis"."""
    rows: Rows = ()
    if alert.kind is AlertKind.UNSURE_WORDS and alert.state is AlertState.OPEN:
        rows = (screens.verdict_keys(),)
    is_theirs = alert.contact is not None and alert.child_wrote_at is None
    if is_theirs and facts.rests_on_words(tx, alert.id):
        act: Act = {"deed": screens.Deed.CHILD_WROTE}
        rows = (*rows, (Key(label=Text("The child was writing").fill(), act=act),))
    return rows


def _with(payload: Payload, *more: Rows) -> Payload:
    return replace(payload, keys=(*payload.keys, *(row for rows in more for row in rows)))


def _verdict(tx: Tx, alert: Alert, **act: str | int) -> Rows:
    if alert.kind is not AlertKind.ALERT or not verdicts.is_open(tx, alert.id):
        return ()
    labels = {
        screens.Deed.TRUE_SIGN: Text("The sign was true"),
        screens.Deed.FALSE_SIGN: Text("The sign was not so"),
    }
    return (
        tuple(Key(label=label.fill(), act={"deed": deed, **act}) for deed, label in labels.items()),
    )


def _clock(tx: Tx, alert: Alert) -> Rows:
    if not deadlines.running(tx, alert.id):
        return ()
    return ((Key(label=Text("Clock of 3x24 hours").fill(), act={"deed": screens.Deed.CLOCK}),),)
