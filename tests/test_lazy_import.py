from __future__ import annotations

import subprocess
import sys

import pytest

import driftium_core


def test_importing_the_package_does_not_wait_for_pandas():
    code = "import driftium_core, sys; raise SystemExit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_names_are_no_attributes():
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = driftium_core.nothing
