"""What a use case can refuse.

UseCaseError
└── Refused     the operator asked for something that may not be; the text says what to do
"""


class UseCaseError(Exception):
    """Base of everything this package raises on purpose."""


class Refused(UseCaseError):
    """What was asked may not be; nothing was changed, and the text says what to do instead."""
