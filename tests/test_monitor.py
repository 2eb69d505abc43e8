"""The verbs on open services: one computation and one record per content and settings."""

import json
import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from driftium_core import monitor
from driftium_core.errors import CancelledError, InputError, NotFoundError, StorageError, TableReadError
from driftium_core.services import Services, open_services
from driftium_core.settings import Settings
from driftium_core.severity import Severity
from driftium_core.tabular.report import CompareSettings
from driftium_core.tabular.simulate import RangeFilter
from driftium_core.tabular.table import Table

PLAIN = CompareSettings()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(database_url=f"sqlite:///{tmp_path / 'data' / 'a.db'}", ollama_host="127.0.0.1:9", max_upload_mb=1)


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    with open_services(settings) as opened:
        yield opened


@pytest.fixture
def reference(services: Services) -> Table:
    return monitor.sample_table(services, 600, seed=1)


@pytest.fixture
def young(services: Services, reference: Table) -> Table:
    return monitor.simulate(services, reference, RangeFilter("age", None, 35))


class Counter:
    """Counts how often columns were really compared."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _done: int, _total: int, message: str) -> None:
        self.calls += message != "Saving the run"


def test_a_check_is_stored_with_its_headline_numbers(services: Services, reference: Table, young: Table) -> None:
    checked = monitor.check_table(services, reference, young, PLAIN, simulated="age < 35")
    assert checked.run_id is not None
    run, report = monitor.open_run(services, checked.run_id)
    assert report == checked.report
    assert (run.reference_name, run.simulated) == ("simulated sample", "age < 35")
    assert (run.reference_rows, run.current_rows) == (600, len(young.frame))
    assert (run.status, run.severity) == ("drift", Severity.CRITICAL)
    assert (run.drifted, run.monitored) == (
        report.summary.drifted_feature_count,
        report.summary.monitored_feature_count,
    )
    # Cutting at 35 leaves no one above: the gap at 35 is the share of the reference at or above it.
    assert run.max_effect == pytest.approx(1 - len(young.frame) / 600)
    assert monitor.table_runs(services) == [run]


def test_the_same_check_is_neither_computed_nor_stored_twice(
    settings: Settings, reference: Table, young: Table
) -> None:
    with open_services(settings) as services:
        first = monitor.check_table(services, reference, young, PLAIN)
        renamed = replace(reference, name="renamed.csv")
        again = monitor.check_table(services, renamed, young, PLAIN, progress=(counter := Counter()))
        assert (first.cached, again.cached, counter.calls) == (False, True, 0)
        assert again.report is first.report
        assert again.run_id == first.run_id
    with open_services(settings) as restarted:
        after = monitor.check_table(restarted, reference, young, PLAIN, progress=(counter := Counter()))
        assert (after.cached, counter.calls) == (True, 0)
        assert (after.run_id, after.duration_ms, after.report) == (first.run_id, first.duration_ms, first.report)
        assert len(monitor.table_runs(restarted)) == 1


def test_a_moved_threshold_judges_again_without_measuring_again(
    services: Services, reference: Table, young: Table
) -> None:
    monitor.check_table(services, reference, young, PLAIN, save=False)
    strict = CompareSettings(p_threshold=0.001, correction="none")
    counter = Counter()
    judged = monitor.check_table(services, reference, young, strict, save=False, progress=counter)
    assert counter.calls == 0
    assert judged.report.settings == strict
    direct = monitor.compare(reference, young, strict)
    assert judged.report == direct


def test_a_check_of_now_that_was_seen_before_is_the_newest_again(
    services: Services, reference: Table, young: Table
) -> None:
    first = monitor.check_table(services, reference, young, PLAIN, renew=True)
    other = monitor.check_table(services, reference, reference, PLAIN, renew=True)
    assert [run.id for run in monitor.table_runs(services)] == [other.run_id, first.run_id]
    again = monitor.check_table(services, reference, young, PLAIN, renew=True)
    assert (again.run_id, again.cached) == (first.run_id, True)
    assert [run.id for run in monitor.table_runs(services)] == [first.run_id, other.run_id]
    version = monitor.project_version(services)
    assert monitor.check_table(services, reference, young, PLAIN, renew=True).run_id == first.run_id
    assert monitor.project_version(services) == version  # nothing new


def test_other_settings_or_tables_are_other_checks(reference: Table, young: Table) -> None:
    keys = {
        monitor.fingerprint(reference, young, PLAIN),
        monitor.fingerprint(young, reference, PLAIN),
        monitor.fingerprint(reference, young, replace(PLAIN, seed=1)),
        monitor.fingerprint(reference, young, replace(PLAIN, columns=("age",))),
        monitor.fingerprint(reference, young, replace(PLAIN, p_threshold=0.01)),
        monitor.fingerprint(reference, young, replace(PLAIN, attribution=False)),
    }
    assert len(keys) == 6
    assert monitor.fingerprint(replace(reference, name="x"), young, PLAIN) in keys


def test_nothing_is_stored_unless_asked_and_saving_later_does_not_compute(
    services: Services, reference: Table, young: Table
) -> None:
    looked = monitor.check_table(services, reference, young, PLAIN, save=False)
    assert (looked.run_id, monitor.table_runs(services)) == (None, [])
    assert monitor.find_run(services, looked.fingerprint) is None
    saved = monitor.check_table(services, reference, young, PLAIN, progress=(counter := Counter()))
    assert counter.calls == 0
    assert saved.run_id == monitor.find_run(services, looked.fingerprint) is not None


def test_a_cancelled_check_leaves_nothing(services: Services, reference: Table, young: Table) -> None:
    def cancel(_done: int, _total: int, _message: str) -> None:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        monitor.check_table(services, reference, young, PLAIN, progress=cancel)
    assert monitor.table_runs(services) == []
    assert services.reports.get(monitor.fingerprint(reference, young, PLAIN)) is None


def test_a_report_outlives_a_database_that_is_gone(
    services: Services, reference: Table, young: Table, tmp_path: Path
) -> None:
    (tmp_path / "data").rename(tmp_path / "away")
    checked = monitor.check_table(services, reference, young, PLAIN)
    assert checked.run_id is None
    assert "is gone. Bring it back" in checked.notice
    assert checked.report.summary.status == "drift"
    (tmp_path / "away").rename(tmp_path / "data")
    again = monitor.check_table(services, reference, young, PLAIN)
    assert (again.cached, again.notice) == (True, "")
    assert again.run_id is not None


@pytest.mark.parametrize(
    ("blob", "words"),
    [(zlib.compress(b'{"from": "the future"}'), "was stored by another version"), (b"junk", "is damaged")],
)
def test_a_report_that_cannot_be_read_is_a_sentence_and_is_made_again(
    settings: Settings, reference: Table, young: Table, tmp_path: Path, blob: bytes, words: str
) -> None:
    with open_services(settings) as services:
        run_id = monitor.check_table(services, reference, young, PLAIN).run_id
        assert run_id
    with sqlite3.connect(tmp_path / "data" / "a.db") as raw:
        raw.execute("UPDATE table_runs SET report = ?", [blob])
    raw.close()
    with open_services(settings) as services:
        with pytest.raises(StorageError, match=f"report of run {run_id} {words}"):
            monitor.open_run(services, run_id)
        again = monitor.check_table(services, reference, young, PLAIN)
        assert not again.cached
        assert again.run_id
        assert monitor.open_run(services, again.run_id)[1] == again.report


def test_runs_are_exported_and_deleted(services: Services, reference: Table, young: Table) -> None:
    run_id = monitor.check_table(services, reference, young, PLAIN).run_id
    assert run_id
    document = json.loads(monitor.export_run(services, run_id, kind="json"))
    assert document["summary"]["severity"] == "CRITICAL"
    rows = pd.read_csv(StringIO(monitor.export_run(services, run_id, kind="csv")))
    assert set(rows["column"]) == set(reference.frame.columns)
    monitor.delete_run(services, run_id)
    with pytest.raises(NotFoundError, match=f"Run {run_id} is not stored"):
        monitor.open_run(services, run_id)


def test_monitors_group_runs_by_reference(services: Services, reference: Table) -> None:
    ids = []
    for age in (30, 35, 40):
        current = monitor.simulate(services, reference, RangeFilter("age", None, age))
        ids.append(monitor.check_table(services, reference, current, PLAIN).run_id)
    other = replace(reference, name="other.csv", content_hash="other")
    ids.append(monitor.check_table(services, other, reference, PLAIN).run_id)
    monitors = monitor.overview(services)
    # What drifts comes before what does not, though that is newer.
    assert [(m.name, m.run_id) for m in monitors] == [("simulated sample", ids[2]), ("other.csv", ids[3])]
    effects = monitors[0].trend
    assert len(effects) == 3
    assert list(effects) == sorted(effects, reverse=True)  # a later cut leaves more people, so a smaller gap
    assert monitors[1].trend == (0.0,)  # a table does not drift from itself


def test_a_saved_reference_comes_back_with_its_values_and_hash(services: Services, settings: Settings) -> None:
    frame = pd.DataFrame(
        {
            "amount": [1.5, np.nan, -0.0],
            "count": np.array([1, 2, 3]),
            "when": pd.to_datetime(["2026-01-01 00:00:00", "2026-01-02 03:04:05", None]),
            "name": pd.Series(["ä", None, "=cmd()"], dtype="str"),
            "🙂": [True, False, True],
        }
    )
    table = Table("march.csv", frame, "hash")
    saved = monitor.save_reference(services, table, name="March")
    assert [(r.name, r.rows, r.columns) for r in monitor.references(services)] == [("March", 3, tuple(frame.columns))]
    with open_services(settings) as restarted:
        opened = monitor.open_reference(restarted, saved.id)
        pd.testing.assert_frame_equal(opened.frame, frame)
        assert (opened.name, opened.content_hash) == ("March", "hash")
        monitor.delete_reference(restarted, saved.id)
        with pytest.raises(NotFoundError):
            monitor.open_reference(restarted, saved.id)


def test_references_that_cannot_be_kept_are_a_sentence(services: Services) -> None:
    mixed = Table("mixed.csv", pd.DataFrame({"a": [1, "x", [2]]}, dtype="object"), "h")
    with pytest.raises(InputError, match=r"mixed\.csv cannot be saved as a reference"):
        monitor.save_reference(services, mixed)
    noise = np.random.default_rng(0).random(200_000)
    with pytest.raises(InputError, match=r"too large to be kept: over 1 MB compressed .DRIFTIUM_MAX_UPLOAD_MB."):
        monitor.save_reference(services, Table("noise.csv", pd.DataFrame({"x": noise}), "h"))


def test_uploads_are_held_to_the_limit(services: Services) -> None:
    assert monitor.read_upload(services, b"a,b\n1,2\n", "small.csv").frame.shape == (1, 2)
    with pytest.raises(TableReadError, match="1 MB"):
        monitor.read_upload(services, b"a,b\n" + b"1,2\n" * 300_000, "large.csv")


def test_samples_and_simulations_are_made_once(services: Services, reference: Table, young: Table) -> None:
    assert monitor.sample_table(services, 600, seed=1) is reference
    assert monitor.simulate(services, reference, RangeFilter("age", None, 35)) is young
    assert monitor.sample_table(services, 600, seed=2).content_hash != reference.content_hash
    assert (young.frame["age"] < 35).all()


def test_health_lists_every_part(services: Services) -> None:
    assert [part.name for part in monitor.health(services)] == ["database", "vectors", "embedder", "generator"]


def test_the_history_limit_of_the_settings_holds(settings: Settings, reference: Table) -> None:
    with open_services(Settings(**settings.model_dump() | {"history_limit": 2})) as services:
        for age in (30, 35, 40):
            current = monitor.simulate(services, reference, RangeFilter("age", None, age))
            monitor.check_table(services, reference, current, PLAIN, simulated=f"age < {age}")
        assert [run.simulated for run in monitor.table_runs(services)] == ["age < 40", "age < 35"]


def test_a_cancel_before_saving_stores_nothing(services: Services, reference: Table, young: Table) -> None:
    def cancel_at_saving(_done: int, _total: int, message: str) -> None:
        if message == "Saving the run":
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        monitor.check_table(services, reference, young, PLAIN, progress=cancel_at_saving)
    assert monitor.table_runs(services) == []
