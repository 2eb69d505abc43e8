"""Models, prompt sets and what they became, as the command line draws them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from driftium_core.command import command
from driftium_core.examples import EXAMPLES
from driftium_core.formats import UNKNOWN, fmt_n, fmt_name, fmt_time, fmt_value
from driftium_core.monitor import BACKEND_NAMES, Generation, Offer, arms_headline
from driftium_core.store.prompt_records import ARM_NAMES, PromptRun, PromptRunFacts, PromptSet, RunAnswer
from driftium_core.terminal.console import stdout
from driftium_core.terminal.texts import print_text_report
from driftium_core.text.report import TextReport

__all__ = ["answer_line", "print_models", "print_prompt_run", "print_prompt_runs", "print_prompt_sets"]

PROMPT, ANSWER = 50, 84
"""Most characters of a prompt and of an answer in a table."""


def answer_line(generation: Generation) -> str:
    """Who answered, how long that took, and whether the answer was cut."""
    speed = f", {fmt_n(round(generation.tokens_per_s))} tokens/s" if generation.tokens_per_s else ""
    tokens = f"{fmt_n(generation.tokens)} tokens in " if generation.tokens is not None else ""
    cut = ", cut at --max-tokens" if generation.stop_reason == "length" else ""
    where = BACKEND_NAMES[generation.backend]
    return f"{generation.model} · {where}: {tokens}{fmt_value(round(generation.latency_ms / 1000, 1))} s{speed}{cut}"


def print_models(offers: Sequence[Offer]) -> None:
    """One line per model: what chooses it, what it is, a few words on it."""
    table = _table("--model", "who answers", "")
    for offer in offers:
        table.add_row(Text(str(offer.choice)), Text(offer.label), Text(offer.detail))
    stdout().print(table)


def print_prompt_sets(sets: Sequence[PromptSet]) -> None:
    """One line per set, the last saved first."""
    if not sets:
        names = " and ".join(f"“{example.name}”" for example in EXAMPLES)
        takes = f"`{command('run')}` also takes a file, and the examples {names}."
        stdout().print(Text(f"No prompt set is saved yet. {takes}"))
        return
    table = _table("name", "version", "prompts", "saved (UTC)", "note")
    for item in sets:
        note = fmt_name(item.note) if item.note else UNKNOWN
        table.add_row(
            Text(fmt_name(item.name, limit=200)),
            str(item.version),
            fmt_n(len(item.prompts)),
            fmt_time(item.created_at),
            Text(note),
        )
    stdout().print(table)


def print_prompt_runs(runs: Sequence[PromptRunFacts]) -> None:
    """One line per run, newest first."""
    if not runs:
        stdout().print(Text(f"Nothing was run yet. `{command('run')}` runs a prompt set."))
        return
    table = _table("run", "set", "state", "answered", "failed", "model", "answers are", "started (UTC)")
    for run in runs:
        table.add_row(
            run.id,
            Text(fmt_name(run.name)),
            _state(run),
            Text(" | ".join(f"{fmt_n(done)} of {fmt_n(run.n_prompts)}" for done in run.done)),
            fmt_n(sum(run.failed)) if sum(run.failed) else UNKNOWN,
            Text(" | ".join(arm.model.removeprefix("ollama:") for arm in run.arms)),
            "telemetry" if run.to_current else "in the run",
            fmt_time(run.created_at),
        )
    stdout().print(table)


def print_prompt_run(run: PromptRun, answers: Sequence[RunAnswer], report: TextReport | None) -> None:
    """What each prompt was answered, how many were, and for two models how their answers differ."""
    two = len(run.arms) > 1
    table = _table("#", *(["", "prompt"] if two else ["prompt"]), "answer", "s", "tokens")
    for answer in answers:
        content = answer.content
        shown = fmt_name(content.response, limit=ANSWER) if content else UNKNOWN
        seconds = content.latency_ms / 1000 if content and content.latency_ms is not None else None
        table.add_row(
            str(answer.position + 1),
            *([ARM_NAMES[answer.arm]] if two else []),
            Text(fmt_name(run.prompts[answer.position], limit=PROMPT)),
            Text(shown),
            fmt_value(None if seconds is None else round(seconds, 1)),
            UNKNOWN if content is None or content.tokens is None else fmt_n(content.tokens),
        )
    stdout().print(table)
    for arm in range(len(run.arms)):
        stdout().print(Text(_summary(run, answers, arm)))
    if report:
        stdout().print(Text("A is taken for the baseline, B for current:"))
        print_text_report(report, headline=arms_headline(report))


def _summary(run: PromptRun, answers: Sequence[RunAnswer], arm: int) -> str:
    models = {answer.content.model or "" for answer in answers if answer.arm == arm and answer.content}
    who = f" by {', '.join(sorted(models))}" if models else ""
    name = f"{ARM_NAMES[arm]}: " if len(run.arms) > 1 else ""
    where = f"current telemetry of project {run.project!r}" if run.to_current else "kept in the run"
    return f"{name}{fmt_n(run.done[arm])} of {fmt_n(run.n_prompts)} prompts answered{who}; {where}."


def _state(run: PromptRunFacts) -> str:
    return "done" if run.finished else "stopped" if run.stopped else "under way"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading)
    return table
