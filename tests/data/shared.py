"""Real data sets that lie beside the checkout (../shared/data); tests that want them are skipped where they are not."""

from pathlib import Path

import pytest

PLACES = [parent / "shared" / "data" for parent in Path(__file__).resolve().parents]
SHARED = next((place for place in PLACES if (place / "README.md").is_file()), None)
needs_shared = pytest.mark.skipif(SHARED is None, reason="../shared/data is not here")
