from __future__ import annotations

import pytest

from driftium_core.stats.power import detectable_share, sample_size_for_share


def test_shares_shrink_as_samples_grow_and_end_at_what_was_measured():
    shares = [detectable_share(n, n) for n in (6, 8, 20, 32, 100, 300, 512, 100_000)]
    assert shares == sorted(shares, reverse=True)
    assert detectable_share(5, 5) is None
    assert detectable_share(512, 512) == detectable_share(100_000, 100_000)


def test_the_smaller_pool_decides():
    # Harmonic mean of 200 and 16: 2 * 200 * 16 / 216 = 29.6.
    assert detectable_share(32, 32) < detectable_share(200, 16) < detectable_share(29, 29)
    assert detectable_share(200, 16) == detectable_share(16, 200)


@pytest.mark.parametrize("size", [8, 50, 256])
def test_size_and_share_are_inverse(size):
    assert sample_size_for_share(detectable_share(size, size)) == pytest.approx(size, abs=1)


def test_no_size_is_promised_for_a_share_that_was_not_measured():
    assert sample_size_for_share(0.01) is None
