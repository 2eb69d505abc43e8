"""What the command line draws."""

from driftium_core.terminal.answers import (
    answer_line,
    print_models,
    print_prompt_run,
    print_prompt_runs,
    print_prompt_sets,
)
from driftium_core.terminal.console import activity_on_stderr, plain, progress_on_stderr
from driftium_core.terminal.parts import print_parts
from driftium_core.terminal.pools import (
    print_baselines,
    print_history,
    print_import,
    print_projects,
    print_references,
    print_status,
)
from driftium_core.terminal.rca import print_investigation
from driftium_core.terminal.summaries import table_summary, text_summary
from driftium_core.terminal.tables import print_report
from driftium_core.terminal.tasks import print_probe, print_task, print_task_run, print_task_runs, print_tasks
from driftium_core.terminal.texts import print_text_report

__all__ = [
    "activity_on_stderr",
    "answer_line",
    "plain",
    "print_baselines",
    "print_history",
    "print_import",
    "print_investigation",
    "print_models",
    "print_parts",
    "print_probe",
    "print_projects",
    "print_prompt_run",
    "print_prompt_runs",
    "print_prompt_sets",
    "print_references",
    "print_report",
    "print_status",
    "print_task",
    "print_task_run",
    "print_task_runs",
    "print_tasks",
    "print_text_report",
    "progress_on_stderr",
    "table_summary",
    "text_summary",
]
