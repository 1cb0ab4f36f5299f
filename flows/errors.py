"""What can go wrong in flows.

FlowError
└── ContentError     a content file cannot be used
"""


class FlowError(Exception):
    """Base of everything this package raises."""


class ContentError(FlowError):
    """A content file cannot be used; the text says where and what to write instead."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem
