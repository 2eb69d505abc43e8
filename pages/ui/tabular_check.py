"""Running a check on the Tabular page: once per content, saved or not, and with a link that shows the same again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from driftium_core import monitor
from driftium_core.errors import StorageError
from driftium_core.tabular.report import CompareSettings
from pages.ui.jobs import run_job
from pages.ui.project import current_project, of_project
from pages.ui.widgets import prose

if TYPE_CHECKING:
    from driftium_core.monitor import CheckedRun
    from driftium_core.services import Services
    from driftium_core.store.table_records import TableRun
    from driftium_core.tabular.report import TableReport
    from pages.ui.tabular_inputs import Choice

__all__ = ["Check", "check_tables", "forget_run", "keep_run", "link_run", "live_run", "open_run", "save_run"]

LIVE_RUN = "tabular_live_run"
PAIR = "tabular_pair"
UNSAVED = "tabular_unsaved"


@dataclass(frozen=True, slots=True)
class Check:
    """A finished check of the tables that are chosen now; ``run_id`` is None while it is not saved."""

    choice: Choice
    options: CompareSettings
    checked: CheckedRun
    run_id: str | None

    @property
    def report(self) -> TableReport:
        """The report."""
        return self.checked.report

    @property
    def fingerprint(self) -> str:
        """Digest of both tables and the options."""
        return self.checked.fingerprint

    @property
    def about(self) -> dict[str, Any]:
        """What a download is about: names, the filter of a simulation, the saved run."""
        return {
            "reference": self.choice.reference.name,
            "current": self.choice.current.name,
            "simulated": self.choice.simulated,
            "run_id": self.run_id,
        }

    @property
    def title(self) -> str:
        """Both tables in words, as of a saved run."""
        choice = self.choice
        return monitor.table_title(choice.reference.name, choice.current.name, choice.simulated)

    @property
    def provenance(self) -> str:
        """Which data this is about, for the line under the verdict."""
        choice, options = self.choice, self.options.describe()
        data = f"“{choice.current.name}” against “{choice.reference.name}”."
        if choice.simulated:
            data = f"Simulated: the rows of “{choice.reference.name}” with {choice.simulated}."
        seconds = f"Computed in {self.checked.duration_ms / 1000:.2f} s."
        return " ".join([data, *([f"Options: {options}."] if options else []), seconds])


def check_tables(services: Services, choice: Choice, options: CompareSettings) -> Check | None:
    """Check in a job; None while it runs or when it failed (and say so).

    A check of files with the default options is saved by itself. Everything else is saved on request: trying out a
    threshold or a filter must not fill the history.
    """
    _follow_data(choice)
    key = monitor.fingerprint(choice.reference, choice.current, options)
    save = choice.simulated is None and options == CompareSettings() and key not in _unsaved()
    project = current_project()
    checked = run_job(
        services,
        of_project(key),  # the same tables in another project are another run
        "Comparing columns",
        lambda progress: monitor.check_table(
            services,
            choice.reference,
            choice.current,
            options,
            project=project,
            save=save,
            simulated=choice.simulated,
            progress=progress,
        ),
    )
    if checked is None:
        return None
    if checked.notice:
        st.warning(prose(f"This run was not saved. {checked.notice}"), icon=":material/database_off:")
    run_id = _find_run(services, key)
    link_run(run_id)
    return Check(choice, options, checked, run_id)


def save_run(services: Services, check: Check) -> None:
    """Save a check that is shown, and say whether that worked."""
    if keep_run(services, check):
        st.toast("Run saved to the history below.", icon=":material/save:")
        st.rerun()


def keep_run(services: Services, check: Check) -> str | None:
    """Save a check that is shown and return its id; None when that failed (and say so)."""
    choice = check.choice
    saved = monitor.check_table(
        services,
        choice.reference,
        choice.current,
        check.options,
        project=current_project(),
        save=True,
        simulated=choice.simulated,
    )
    if saved.notice:
        st.toast(f"Not saved. {prose(saved.notice)}", icon=":material/database_off:", duration="long")
        return None
    _unsaved().discard(check.fingerprint)
    return saved.run_id


def live_run() -> str | None:
    """Id of the saved run that shows what is chosen now: its link needs no other view here."""
    run_id: str | None = st.session_state.get(of_project(LIVE_RUN))
    return run_id


def link_run(run_id: str | None) -> None:
    """Make the address of the page that of a saved run, so that reloading or sharing it shows the same."""
    st.session_state[of_project(LIVE_RUN)] = run_id
    if run_id:
        st.query_params["run"] = run_id
    else:
        st.query_params.pop("run", None)


def open_run(run_id: str) -> None:
    """Go to a saved run, by its link."""
    st.session_state[of_project(LIVE_RUN)] = None
    for name in ("filter", "column"):
        st.query_params.pop(name, None)
    st.query_params["run"] = run_id
    st.rerun()


def forget_run(services: Services, run: TableRun) -> None:
    """Delete a run, and do not save it again by itself while its files are still chosen."""
    monitor.delete_run(services, run.id)
    _unsaved().add(run.fingerprint)
    st.session_state.get("job_ids", {}).pop(of_project(run.fingerprint), None)
    link_run(None)
    st.rerun()


def _unsaved() -> set[str]:
    """Fingerprints of the project's runs that were deleted in this session: they are not saved again by themselves."""
    fingerprints: set[str] = st.session_state.setdefault(of_project(UNSAVED), set())
    return fingerprints


def _find_run(services: Services, fingerprint: str) -> str | None:
    """Id of the saved run; a database that fails is told of by the history card."""
    try:
        return monitor.find_run(services, fingerprint, project=current_project())
    except StorageError:
        return None


def _follow_data(choice: Choice) -> None:
    """Start at the top of the table when other data is compared; a moved slider is the same data."""
    pair = (choice.reference.content_hash, None if choice.simulated else choice.current.content_hash)
    if st.session_state.get(PAIR, pair) != pair:
        st.query_params.pop("column", None)
    st.session_state[PAIR] = pair
