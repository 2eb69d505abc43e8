"""Migrations make what the schema says, once, and refuse what they do not know."""

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from driftium_core.store import migrations, open_store
from driftium_core.store.schema import Base


def test_migrated_database_has_exactly_the_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        assert migrations.current_revision(connection) == migrations.HEAD
    engine.dispose()
    assert differences == []


def test_default_project_exists_from_the_start(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path / 'a.db'}") as store:
        assert store.projects() == ["default"]


def test_opening_a_current_database_does_not_load_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url).close()
    code = (
        "import sys; from driftium_core.store import open_store\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        f"print(open_store('sqlite:///{tmp_path / 'a.db'}').projects())"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    outputs = [process.communicate("go\n", timeout=30)[0] for process in started]
    assert outputs == ["['default']\n"] * 3
