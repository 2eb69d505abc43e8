"""``python -m driftium_core``."""

import sys

from driftium_core.cli import main

sys.exit(main())
