"""The only package that knows aiogram: receiving, handling, and saying things on Telegram."""
