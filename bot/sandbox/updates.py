"""What waits for a bot: updates in order, each with a lifetime, read and confirmed by offset."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from .clock import Bell
from .wire import Json

DAY_S = 86_400
CALLBACK_LIFETIME_S = 150  # Client.cpp, process_new_callback_query_queue
LIFETIMES_S = {
    "message": DAY_S,
    "edited_message": DAY_S,
    "my_chat_member": DAY_S,
    "callback_query": CALLBACK_LIFETIME_S,
}
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT_KINDS = frozenset(LIFETIMES_S) | {
    "business_connection",
    "business_message",
    "channel_post",
    "chat_boost",
    "chat_join_request",
    "chosen_inline_result",
    "deleted_business_messages",
    "edited_business_message",
    "edited_channel_post",
    "inline_query",
    "poll",
    "poll_answer",
    "pre_checkout_query",
    "purchased_paid_media",
    "removed_chat_boost",
    "shipping_query",
}
_KINDS = DEFAULT_KINDS | _ON_REQUEST
_LANE_SHIFT = {"my_chat_member": 5 << 33, "callback_query": 3 << 33}
_KEPT = 100_000  # updates that can be listed and delivered again
_FUTURE = 10  # an offset further ahead than this is not believed (TQueue::get)


@dataclass(slots=True, eq=False)
class Update:
    id: int
    kind: str
    body: Json
    lane: int  # one in flight per lane when a webhook is set
    expires_at: float  # on the sandbox's clock
    state: str = "pending"  # pending, delivered, confirmed, expired
    deliveries: int = 0

    def json(self) -> Json:
        return {"update_id": self.id, self.kind: self.body}


def lane_of(kind: str, person_id: int) -> int:
    """The queue key of a webhook: messages, block changes and taps of a person go separately."""
    return person_id + _LANE_SHIFT.get(kind, 0)


class UpdateQueue:
    """Ids rise by one from `first_id`; nothing but confirming, expiring or forgetting removes."""

    def __init__(self, *, first_id: int) -> None:
        self.next_id = first_id
        self._pending: deque[Update] = deque()
        self._again: deque[Update] = deque()  # forced: delivered once whatever the offset says
        self._issued: dict[int, Update] = {}
        self.allowed = DEFAULT_KINDS
        self.bell = Bell()
        self.on_added: Callable[[Update], None] | None = None

    def allow(self, kinds: object) -> None:
        """Remember `allowed_updates`; None changes nothing, an empty list means the default."""
        if isinstance(kinds, list):
            self.allowed = _KINDS.intersection(str(kind).lower() for kind in kinds) or DEFAULT_KINDS

    def add(self, kind: str, body: Json, *, lane: int, now: float) -> Update | None:
        """Create an update; None when the bot has not asked for its kind."""
        if kind not in self.allowed:
            return None
        return self._append(Update(self.next_id, kind, body, lane, now + LIFETIMES_S[kind]))

    def force(self, raw: Json, *, lane: int, now: float) -> Update:
        """Deliver this object, whatever is allowed; without an `update_id` it gets the next one.

        With an id that was given out already it is a duplicate: delivered once more at the next
        chance, not confirmed by any offset.
        """
        kind = next((key for key in raw if key != "update_id"), "message")
        update_id = int(raw.get("update_id", self.next_id))
        update = Update(
            update_id, kind, raw.get(kind, {}), lane, now + LIFETIMES_S.get(kind, DAY_S)
        )
        if update_id >= self.next_id:
            return self._append(update)
        self._again.append(update)
        self._issued.setdefault(update_id, update)
        self._announce(update)
        return update

    def repeat(self, update_id: int, *, now: float) -> Update | None:
        """Deliver an update of this queue once more; None when there is no such update."""
        known = self._issued.get(update_id)
        if known is None:
            return None
        return self.force(known.json(), lane=known.lane, now=now)

    def read(self, offset: int, limit: int, *, now: float) -> list[Update]:
        """The next updates. Confirms everything below `offset`; a negative one counts from the end.

        An offset far in the future is not believed and reads from the start, as the server does.
        """
        self._confirm(offset)
        page: list[Update] = []
        while self._again and len(page) < limit:
            page.append(self._again.popleft())
        page += self._first_alive(limit - len(page), now)
        for update in page:
            self.delivered(update)
        return page

    def alive(self, now: float) -> list[Update]:
        """Everything that waits, oldest first; what is past its lifetime is marked so."""
        return [*self._again, *self._first_alive(len(self._pending), now)]

    def unconfirmed(self, now: float) -> list[Update]:
        """Like `alive`, without what was forced to come twice."""
        return self._first_alive(len(self._pending), now)

    def delivered(self, update: Update) -> None:
        update.deliveries += 1
        if update.state == "pending":
            update.state = "delivered"

    def settled(self, update: Update, state: str) -> None:
        """A webhook is through with this one: confirmed or expired."""
        update.state = state
        if update in self._again:
            self._again.remove(update)
        self._drop_head()

    def forget_all(self) -> None:
        for update in self._pending:
            update.state = "confirmed"
        self._pending.clear()
        self._again.clear()

    def fill(self, waiting: Iterable[Update], *, last: int) -> None:
        """Begin with what waited before; ids up to `last` may have been given out."""
        for update in waiting:
            self._pending.append(update)
            self._issued[update.id] = update
        self.next_id = max(self.next_id, last + 1)

    def issued(self) -> Iterable[Update]:
        return self._issued.values()

    def _append(self, update: Update) -> Update:
        self.next_id = update.id + 1
        self._pending.append(update)
        self._issued[update.id] = update
        if len(self._issued) >= 2 * _KEPT:
            self._issued = dict(islice(self._issued.items(), _KEPT, None))
        self._announce(update)
        return update

    def _announce(self, update: Update) -> None:
        self.bell.ring()
        if self.on_added is not None:
            self.on_added(update)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            offset += self.next_id
        elif offset > self.next_id + _FUTURE:
            return
        while self._pending and self._pending[0].id < offset:
            update = self._pending.popleft()
            if update.state != "expired":
                update.state = "confirmed"
        self._drop_head()

    def _drop_head(self) -> None:
        while self._pending and self._pending[0].state in ("confirmed", "expired"):
            self._pending.popleft()

    def _first_alive(self, limit: int, now: float) -> list[Update]:
        found: list[Update] = []
        if limit > 0:
            for update in self._pending:
                if update.expires_at < now and update.state != "confirmed":
                    update.state = "expired"
                elif update.state in ("pending", "delivered"):
                    found.append(update)
                    if len(found) == limit:
                        break
            self._drop_head()
        return found
