"""Empties the outbox: when the next call may start, and what an outcome means."""
