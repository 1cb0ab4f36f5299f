"""What all tests share: properties are not timed, and in CI they look at the same examples."""

import os

from hypothesis import settings

settings.register_profile("kabar", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("kabar")
