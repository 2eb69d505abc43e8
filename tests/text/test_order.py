from __future__ import annotations

import numpy as np

from driftium_core.text.order import content_order, content_sample


def test_order_depends_on_content_alone():
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(60, 8)).astype(np.float32)[rng.integers(0, 20, 60)]  # 20 different rows, repeated
    texts = [f"text {i}" for i in range(60)]
    shuffle = rng.permutation(60)
    first, second = content_order(vectors, texts), content_order(vectors[shuffle], [texts[i] for i in shuffle])
    assert first.tolist() == shuffle[second].tolist()
    assert sorted(first.tolist()) == list(range(60))


def test_texts_order_equal_vectors():
    vectors = np.ones((4, 2), np.float32)
    assert content_order(vectors, ["b", "a", "a", "c"], ["", "2", "1", ""]).tolist() == [2, 1, 0, 3]
    assert content_order(vectors, None).tolist() == [0, 1, 2, 3]


def test_negative_zero_is_zero():
    vectors = np.array([[-0.0, 1], [0.0, 1]], np.float32)
    assert content_order(vectors, ["b", "a"]).tolist() == [1, 0]


def test_rows_without_dimensions_and_no_rows():
    assert content_order(np.zeros((0, 3), np.float32), []).tolist() == []
    assert content_order(np.zeros((2, 0), np.float32), ["b", "a"]).tolist() == [1, 0]


def test_sample_of_a_reordered_pool_is_the_same_sample():
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(50, 4)).astype(np.float32)
    shuffle = rng.permutation(50)
    first = content_sample(vectors, limit=10, rng=np.random.default_rng(0))
    second = content_sample(vectors[shuffle], limit=10, rng=np.random.default_rng(0))
    assert first.tolist() == shuffle[second].tolist()
    assert len(set(first.tolist())) == 10
