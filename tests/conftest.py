"""What all tests share: properties are not timed, in CI they look at the same examples, and a real
PostgreSQL is at hand."""

import os

from hypothesis import settings

settings.register_profile("kabar", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kabar")

pytest_plugins = ["tests.postgres"]
