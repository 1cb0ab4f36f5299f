"""How Kabar talks: Telegram, the clock, commands, and the use cases behind them."""
