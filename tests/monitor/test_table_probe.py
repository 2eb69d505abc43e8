"""A first look at a table before its check is scheduled: what is there, and what the reference has besides."""

from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine

from driftium_core import monitor
from driftium_core.errors import InputError, SourceError
from driftium_core.origin import FileOrigin, SqlOrigin
from driftium_core.services import Services
from driftium_core.tabular.table import Table

FRAME = pd.DataFrame({"age": range(30), "job": ["baker", "clerk", "nurse"] * 10})


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "json", "jsonl"])
def test_every_table_that_can_be_checked_can_be_looked_at(services: Services, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"today.{ending}"
    if ending.startswith("csv"):
        FRAME.to_csv(path, index=False)
    elif ending == "parquet":
        FRAME.to_parquet(path)
    else:
        FRAME.to_json(path, orient="records", lines=ending == "jsonl")
    probe = monitor.probe_table(services, FileOrigin(path=str(path)))
    assert (probe.columns, probe.rows, probe.unclear) == (("age", "job"), 30, "")
    assert monitor.table_runs(services) == []


def test_a_query_is_looked_at(services: Services, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'data.db'}"
    FRAME.to_sql("people", create_engine(url), index=False)
    probe = monitor.probe_table(services, SqlOrigin(url=url, query="SELECT age FROM people WHERE age > 9"))
    assert (probe.columns, probe.rows) == (("age",), 20)


def test_columns_that_only_one_side_has_are_named(services: Services, tmp_path: Path) -> None:
    saved = monitor.save_reference(services, Table("march", FRAME.assign(income=1), "march"), name="march")
    path = tmp_path / "today.csv"
    FRAME.assign(shoe=2).to_csv(path, index=False)
    probe = monitor.probe_table(services, FileOrigin(path=str(path)), reference_id=saved.id)
    assert "It lacks `income`, which the reference has." in probe.notes
    assert any("`shoe`" in note for note in probe.notes)


def test_what_cannot_be_read_is_a_sentence(services: Services, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nope\.csv"):
        monitor.probe_table(services, FileOrigin(path=str(tmp_path / "nope.csv")))
    with pytest.raises(InputError):
        monitor.probe_table(services, FileOrigin(path=""))
