"""The evidence score of a project: blocks count once, whoever asks, and survive a restart."""

from dataclasses import replace

import pytest

from driftium_core import monitor
from driftium_core.errors import InputError, NotFoundError
from driftium_core.services import Services
from driftium_core.settings import Settings
from driftium_core.tabular.table import Table
from tests.monitor.answers import answers
from tests.monitor.conftest import open_with_words


def baseline(services: Services) -> None:
    services.store.responses.add(answers("bread", 80, seed=1, prompts=False))
    monitor.promote(services, "bread")


def test_only_whole_blocks_count_and_each_once(services: Services) -> None:
    assert monitor.update_evidence(services) is None
    baseline(services)
    services.store.responses.add(answers("bread", 50, seed=2, prompts=False))
    first = monitor.update_evidence(services)
    assert first is not None
    assert (first.looks, first.last_block, first.alarmed_at_block) == (2, 1, None)  # blocks of 80 / 4 = 20
    assert monitor.update_evidence(services) == first
    assert monitor.evidence_state(services) == first
    services.store.responses.add(answers("bread", 10, seed=3, prompts=False))
    third = monitor.update_evidence(services)
    assert third is not None
    assert third.looks == 3
    assert [look.block for look in monitor.evidence_looks(services)] == [2, 1, 0]


def test_another_topic_raises_the_alarm_and_it_stays_until_dismissed(services: Services) -> None:
    baseline(services)
    services.store.responses.add(answers("bicycle", 60, seed=2, prompts=False))
    state = monitor.update_evidence(services)
    assert state is not None
    assert state.alarmed_at_block == 1
    assert "crossed the line at block 2" in monitor.evidence_sentence(state)
    dismissed = monitor.dismiss_alarm(services)
    assert dismissed is not None
    assert (dismissed.evidence, dismissed.alarmed_at_block, dismissed.looks) == (0.0, None, 3)
    assert monitor.update_evidence(services) == dismissed


def test_a_restart_before_every_block_gives_the_same_state(services: Services, settings: Settings) -> None:
    baseline(services)
    batches = [answers("bread", 20, seed=seed, prompts=False) for seed in range(2, 6)]
    states = []
    for batch in batches:
        with open_with_words(settings) as restarted:
            restarted.store.responses.add(batch)
            states.append(monitor.update_evidence(restarted))
    services.store.create_project("at once")
    services.store.responses.add(answers("bread", 80, seed=1, prompts=False), project="at once")
    monitor.promote(services, "bread", project="at once")
    for batch in batches:
        services.store.responses.add(batch, project="at once")
    together = monitor.update_evidence(services, project="at once")
    assert together is not None
    assert states[-1] is not None
    assert (states[-1].evidence, states[-1].looks) == (pytest.approx(together.evidence), together.looks)


def test_a_promotion_starts_from_zero(services: Services) -> None:
    baseline(services)
    services.store.responses.add(answers("bicycle", 60, seed=2, prompts=False))
    monitor.update_evidence(services)
    monitor.promote(services, "bicycle")
    state = monitor.evidence_state(services)
    assert state is not None
    assert (state.evidence, state.looks, state.alarmed_at_block) == (0.0, 0, None)


def test_deleted_responses_do_not_make_a_block_count_again(services: Services) -> None:
    baseline(services)
    services.store.responses.add(answers("bread", 45, seed=2, prompts=False))
    state = monitor.update_evidence(services)
    counted = [item.id for item in services.store.responses.current()][:10]
    monitor.delete_responses(services, counted)
    assert monitor.update_evidence(services) == state


def test_answers_that_come_again_after_they_were_deleted_count_no_more(services: Services) -> None:
    baseline(services)
    logged = [replace(item, key=f"row {at}") for at, item in enumerate(answers("bicycle", 50, seed=2))]
    services.store.responses.add(logged)
    state, looks = monitor.update_evidence(services), monitor.evidence_looks(services)
    assert state is not None
    assert state.looks == 2
    monitor.delete_responses(services, [item.id for item in services.store.responses.current()])
    services.store.responses.add(logged[::-1])  # the last ten had not been counted
    assert (monitor.update_evidence(services), monitor.evidence_looks(services)) == (state, looks)
    services.store.responses.add(answers("bread", 9, seed=3))
    assert monitor.update_evidence(services) == state
    services.store.responses.add(answers("bread", 1, seed=4))
    after = monitor.update_evidence(services)
    assert after is not None
    assert after.looks == 3
    services.store.responses.add([replace(item, key=f"again {item.key}") for item in logged[:20]])
    repeated = monitor.update_evidence(services)
    assert repeated is not None
    assert repeated.looks == 4, "the same answers given once more, with the first ones still there, are new data"


def test_a_table_counts_once_against_its_saved_reference(services: Services) -> None:
    sample = monitor.sample_table(services, 4_000)
    reference = monitor.save_reference(services, sample, name="March")
    new = monitor.sample_table(services, 800, seed=5)
    state = monitor.count_table(services, reference, new)
    assert (state.looks, state.alarmed_at_block) == (1, None)
    assert monitor.count_table(services, reference, new) == state
    shifted = new.frame.assign(age=new.frame["age"] + 15)
    for name, part in (("first", shifted.iloc[:-1]), ("second", shifted.iloc[1:])):
        state = monitor.count_table(services, reference, Table(name, part, content_hash=name))
    assert (state.looks, state.alarmed_at_block) == (3, 2)
    assert monitor.evidence_state(services, reference="March") == state
    assert "Each block of new rows raises" in monitor.evidence_sentence(state)
    with pytest.raises(InputError, match=r"500 to 1.000 rows"):
        monitor.count_table(services, reference, Table("few", new.frame.head(100), content_hash="few"))


def test_the_alarm_of_a_table_is_dismissed_by_the_name_of_its_reference(services: Services) -> None:
    baseline(services)
    sample = monitor.sample_table(services, 4_000)
    reference = monitor.save_reference(services, sample, name="March")
    with pytest.raises(NotFoundError):
        monitor.dismiss_alarm(services, reference="March")
    shifted = (new := monitor.sample_table(services, 800, seed=5)).frame.assign(age=new.frame["age"] + 15)
    for name, part in (("first", shifted.iloc[:-1]), ("second", shifted.iloc[1:])):
        monitor.count_table(services, reference, Table(name, part, content_hash=name))
    dismissed = monitor.dismiss_alarm(services, reference="March")
    assert dismissed is not None
    assert (dismissed.evidence, dismissed.alarmed_at_block, dismissed.looks) == (0.0, None, 2)
    assert [look.block for look in monitor.evidence_looks(services, reference="March")] == [1, 0]
    assert monitor.evidence_looks(services) == [], "the pools have a score of their own"
    assert monitor.dismiss_alarm(services, reference="April") is None
    assert monitor.evidence_state(services, reference="April") is None
