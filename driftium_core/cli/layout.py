"""``driftium --help``: the commands by what one wants to do, and examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

from driftium_core.command import command

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

__all__ = ["CommandsBySubject", "examples"]

SUBJECTS: dict[str, tuple[str, ...]] = {
    "To begin": ("demo", "app", "doctor", "completion"),
    "Compare two files": ("tabular", "text", "rca"),
    "Watch a model's answers": ("import", "status", "history", "promote", "undo", "baselines", "restore", "projects"),
    "Ask models": ("generate", "run", "runs", "send", "sets", "models", "pull"),
    "Without being asked": ("tasks", "watch", "alerts", "references"),
}
"""In the order of the help; commands that are missing here follow under a heading of their own."""

OTHERS = "More"


class CommandsBySubject(TyperGroup):
    """The program; its help lists the commands below headings."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the commands, subject by subject."""
        placed = {name for names in SUBJECTS.values() for name in names}
        others = tuple(name for name in self.list_commands(ctx) if name not in placed)
        width = formatter.width - 6 - max(map(len, self.commands))
        for subject, names in {**SUBJECTS, OTHERS: others}.items():
            known = [(name, self.commands[name]) for name in names if name in self.commands]
            if known:
                with formatter.section(subject):
                    formatter.write_dl([(name, item.get_short_help_str(width)) for name, item in known])


def examples() -> str:
    """The end of the help; the mark keeps its lines as they are."""
    lines = (
        command("demo"),
        command("tabular", "reference.csv", "current.csv", "--html", "report.html"),
        command("text", "good.jsonl", "today.jsonl", "--fail-on", "high"),
        command("rca", "tabular", "reference.csv", "current.csv"),
    )
    shown = "\n".join(f"  {line}" for line in lines)
    return (
        f"\b\nExamples:\n{shown}\n\n"
        "Every command has --help. Exit codes: 0 no drift at the level of --fail-on, 1 drift, 2 bad input or a "
        "failure, 3 inconclusive with --fail-on-inconclusive, 130 stopped with Ctrl-C."
    )
