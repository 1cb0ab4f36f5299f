"""A person's phone in a scene: what is done with it, and what stands on it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.e2e.conftest import World


@dataclass
class Phone:
    """One person's phone. Looks (`sees`, `shows`) are at the phone as it is now."""

    id: int
    name: str
    world: "World"
    owner_id: str = ""

    async def does(self, deed: str, **body: Any) -> Any:
        answer = await self.world.control("POST", f"people/{self.id}/{deed}", body)
        await self.world.settles()
        return answer

    async def opens(self, token: str) -> None:
        await self.does("start", parameter=token)

    async def taps(self, label: str) -> Any:
        return await self.does("tap", label=label)

    async def taps_old(self, data: str, message_id: int) -> Any:
        return await self.does("tap", message_id=message_id, data=data, stale=True)

    async def edits(self, written: str, corrected: str) -> Any:
        """Correct the newest own message that says `written`."""
        own = [m for m in (await self.chat())["messages"] if m.get("text") == written]
        return await self.does("edit", message_id=own[-1]["message_id"], text=corrected)

    async def writes(self, text: str) -> Any:
        return await self.does("text", text=text)

    async def chat(self) -> Any:
        return await self.world.control("GET", f"people/{self.id}/chat")

    async def messages(self) -> list[dict[str, Any]]:
        """The bot's messages on the phone now, the newest last."""
        chat = await self.chat()
        return [message for message in chat["messages"] if message["from"] == "bot"]

    async def texts(self) -> list[str]:
        return [message.get("text", "") for message in await self.messages()]

    async def typed(self) -> list[str]:
        """The person's own messages that are still there."""
        chat = await self.chat()
        return [m.get("text", "") for m in chat["messages"] if m["from"] == "person"]

    async def last(self) -> dict[str, Any]:
        return (await self.messages())[-1]

    async def message(self, message_id: int) -> dict[str, Any]:
        return next(m for m in await self.messages() if m["message_id"] == message_id)

    async def buttons(self) -> list[str]:
        """Labels under the newest message that has any."""
        for message in reversed(await self.messages()):
            if message.get("buttons"):
                return [key["text"] for row in message["buttons"] for key in row]
        return []

    async def button(self, label: str) -> tuple[str, int]:
        """Callback data and message number of the newest button with this label."""
        for message in reversed(await self.messages()):
            for row in message.get("buttons") or ():
                for key in row:
                    if key["text"] == label:
                        return key["callback_data"], message["message_id"]
        raise AssertionError(f"{self.name} has no button {label!r}")

    async def sees(self, part: str) -> None:
        texts = await self.texts()
        assert any(part in text for text in texts), f"{self.name} sees no {part!r} in {texts}"

    async def sees_last(self, part: str) -> None:
        text = (await self.last()).get("text", "")
        assert part in text, f"{self.name} sees {text!r}, not {part!r}"

    async def sees_nothing_of(self, part: str) -> None:
        texts = await self.texts()
        assert not any(part in text for text in texts), f"{self.name} sees {part!r} in {texts}"

    async def count(self, part: str) -> int:
        return sum(part in text for text in await self.texts())

    async def pushes(self) -> list[str]:
        """Every message that ever came, as it came: edits and deletions change nothing here."""
        return [push["text"] for push in (await self.chat())["lock_screen"]]

    async def toast(self) -> str | None:
        """What the last tap was answered with, in the little window over the chat."""
        history = (await self.chat())["history"]
        answered = [event for event in history if event["kind"] == "answered"]
        return answered[-1].get("text") or None
