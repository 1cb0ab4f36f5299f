"""Ten lines each: from Telegram's types to exactly one use case, called with the inbox id."""
