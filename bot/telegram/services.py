"""What handlers are given, wired once."""

from dataclasses import dataclass

from aiogram import Bot

from bot.ports import Clock
from bot.usecases.room import Room
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    database: Database
    room: Room
    clock: Clock
    bot: Bot
