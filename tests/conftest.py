"""Let a failed check of the helpers show its values, as a failed test does."""

import pytest

pytest.register_assert_rewrite("explorers", "pictures", "sentences")
