"""One rule for all property tests: in CI the same examples each time, elsewhere new ones.

No deadline: kernels compile in the first example, and machines are shared.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, print_blob=True, deadline=None)
settings.register_profile("usual", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "usual")
