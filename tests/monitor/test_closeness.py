"""Closeness of an answer to the baseline."""

from driftium_core import monitor
from driftium_core.services import Services
from tests.monitor.answers import answers
from tests.monitor.conftest import settle


def test_an_answer_on_the_baselines_topic_is_nearer_than_one_on_another(services: Services) -> None:
    services.store.responses.add(answers("bread", 30))
    monitor.promote(services, "week 1")
    bread, bicycle = (
        services.store.responses.add(answers(topic, 1, seed=5)).stored[0].id for topic in ("bread", "bicycle")
    )
    settle(services)
    near, far = monitor.closeness(services, bread), monitor.closeness(services, bicycle)
    assert near is not None
    assert far is not None
    assert near.low <= near.similarity
    assert far.similarity < far.low
    assert (near.low, near.high, near.version) == (far.low, far.high, 1)
    assert f"below the usual range ({far.low:.2f} to {far.high:.2f})" in far.text


def test_without_a_baseline_or_with_a_small_one_nothing_is_said(services: Services) -> None:
    stored = services.store.responses.add(answers("bread", 3)).stored
    assert monitor.closeness(services, stored[0].id) is None
    monitor.promote(services, "small", ids=[item.id for item in stored[1:]])
    settle(services)
    assert monitor.closeness(services, stored[0].id) is None
