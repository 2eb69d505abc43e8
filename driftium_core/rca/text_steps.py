"""The steps against each cause of a text report; the first of each takes at most five minutes."""

from __future__ import annotations

from collections.abc import Callable

from driftium_core.rca.causes import Cause
from driftium_core.rca.facts import Fact, FactKind
from driftium_core.rca.report import Action, Place
from driftium_core.rca.text_signals import TextSignals
from driftium_core.severity import Severity

__all__ = ["steps_for"]

Steps = tuple[Action, ...]


def steps_for(cause: Cause, signals: TextSignals) -> Steps:
    """What to do about a cause, in order: look, check, try, decide."""
    return _STEPS[cause](signals)


def _step(text: str, minutes: int | None, *facts: Fact | None, place: Place | None = None) -> Action:
    ids = tuple(dict.fromkeys(fact.id for fact in facts if fact is not None))
    return Action(text=text, minutes=minutes, evidence_ids=ids, place=place)


def _is_grave(signals: TextSignals) -> bool:
    return signals.ledger.severity in (Severity.HIGH, Severity.CRITICAL)


def _read_novel(signals: TextSignals, what: str = "the current answers most unlike the baseline's") -> Action:
    exemplars = signals.exemplars("gained")
    return _step(f"Read {what}, with their prompts.", 5, *exemplars, _verdict(signals), place="llm-dashboard")


def _verdict(signals: TextSignals) -> Fact:
    return signals.ledger.facts[0]


def _promote(when: str, *facts: Fact | None) -> Action:
    text = f"Promote current answers that you have checked to the baseline, if {when}."
    return _step(text, 10, *facts, place="playground")


def _run_again(*facts: Fact | None, why: str = "the same prompts show most") -> Action:
    text = f"Run a prompt set again in the Playground, with the baseline's model and settings: {why}."
    return _step(text, 15, *facts, place="playground")


def _go_back(signals: TextSignals, *facts: Fact | None, to: str = "the model and settings of the baseline") -> Steps:
    if not _is_grave(signals):
        return ()
    return (_step(f"Go back to {to} until it is known what changed.", None, _verdict(signals), *facts),)


def _check_settings(signals: TextSignals) -> Action:
    """Who changed what, as far as it was recorded."""
    changed = signals.settings
    if changed:
        names = " and ".join(fact.subject for fact in changed[:2])
        verb = "change was" if len(changed) == 1 else "changes were"
        return _step(f"Ask who looks after the model whether the {verb} meant: {names}.", 5, *changed)
    known = signals.ledger.of(FactKind.SETTING)
    text = "Compare model version, prompt template and settings of the service with those of the baseline's time."
    return _step(text, 5, *(known or (_verdict(signals),)))


def _record(signals: TextSignals) -> Steps:
    """Where the model or the system prompt is not known of both pools, next time it should be."""
    model = signals.named(FactKind.SETTING, "model")
    if model is not None and model.value is not None and model.before is not None:
        return ()
    text = "Log the model's name with every answer, so that a change of it can be told next time."
    return (_step(text, 15, model or _verdict(signals)),)


def _topic(signals: TextSignals) -> Steps:
    prompts, groups = signals.prompts, signals.groups("gained")
    grave = _is_grave(signals)
    return (
        _read_novel(signals),
        _step("Ask where the new prompts come from: a release, a campaign, another source of the log.", 10, prompts),
        _step(
            f"Check {'twenty' if grave else 'ten'} answers to the new prompts for being right: the baseline says "
            "nothing on topics that it does not have.",
            30 if grave else 15,
            *groups[:1],
            prompts,
            place="llm-dashboard",
        ),
        _promote("these prompts are here to stay", prompts),
        _step("Watch the new prompts in a project of their own, if only a part of the traffic has them.", 15, prompts),
    )


def _model(signals: TextSignals) -> Steps:
    behaviour = signals.behaviour
    pairs = "Read pairs of answers to the same prompt, the least alike first."
    reading = _step(pairs, 5, _verdict(signals), place="llm-dashboard") if signals.paired else _read_novel(signals)
    return (
        _check_settings(signals),
        reading,
        *_go_back(signals, *signals.settings),
        _run_again(behaviour, _verdict(signals), why="then prompts cannot be what differs"),
        *_record(signals),
        _promote("the change was meant and the answers are as good", *signals.settings, _verdict(signals)),
    )


def _format(signals: TextSignals) -> Steps:
    formats = signals.formats
    return (
        _step(
            "Read a few current answers beside baseline ones, for length and layout.",
            5,
            *formats,
            place="llm-dashboard",
        ),
        _check_settings(signals),
        _step("Try ten current answers on whatever shows or parses them.", 15, *formats),
        *_go_back(signals, *formats, to="the prompt template and token limit of the baseline"),
        _promote("the new form is wanted", *formats),
    )


def _refusals(signals: TextSignals) -> Steps:
    refusals = signals.named(FactKind.DESCRIPTOR, "refusal")
    return (
        _step(
            "Read ten of the refusals with their prompts: are they right to be refused?",
            5,
            refusals,
            place="llm-dashboard",
        ),
        _check_settings(signals),
        _step(
            "Send three refused prompts again in the Playground, with and without the system prompt.",
            10,
            refusals,
            place="playground",
        ),
        *_go_back(signals, refusals, to="the model, system prompt and safety filter of the baseline"),
        _step("Leave refusals out when you next promote answers to the baseline.", None, refusals, place="playground"),
    )


def _degenerate(signals: TextSignals) -> Steps:
    facts = [
        fact
        for fact in (signals.rose("empty"), signals.flagged("echo"), signals.flagged("low_alignment"))
        if fact is not None
    ]
    return (
        _step(
            "Read five of the broken answers with their prompts: do they stop early, repeat, or ramble?",
            5,
            *facts,
            _verdict(signals),
            place="llm-dashboard",
        ),
        _step(
            "Send one of their prompts in the Playground, and see whether it is answered.",
            5,
            *facts,
            place="playground",
        ),
        *_go_back(signals, *facts),
        _step("Check what is really sent: a filled template, stop words, the token limit.", 15, *facts),
        _check_settings(signals),
        _step(
            "Leave these answers out when you next promote answers to the baseline.", None, *facts, place="playground"
        ),
    )


def _failures(signals: TextSignals) -> Steps:
    errors = signals.named(FactKind.DESCRIPTOR, "error")
    return (
        _step("Read the messages of five requests that ended in an error.", 5, errors),
        _step("Check the service for time-outs, quotas, keys and limits since the errors began.", 10, errors),
        _step(
            "Send one of their prompts in the Playground, and see whether it is answered.",
            5,
            errors,
            place="playground",
        ),
        _step(
            "Calculate again when it is mended: errors take answers away that would have been compared.",
            5,
            errors,
            place="llm-dashboard",
        ),
    )


def _language(signals: TextSignals) -> Steps:
    language = signals.named(FactKind.DESCRIPTOR, "language")
    return (
        _read_novel(signals, "a few answers in the other language"),
        _step(
            "See whether the prompts ask for it, or are written in it.",
            5,
            language,
            signals.prompts,
            place="llm-dashboard",
        ),
        _check_settings(signals),
        *_go_back(signals, language, to="the system prompt of the baseline"),
        _step("Watch each language in a project of its own, if more than one is here to stay.", 15, language),
    )


def _latency(signals: TextSignals) -> Steps:
    latency, tokens = (signals.named(FactKind.DESCRIPTOR, name) for name in ("latency_ms", "tokens"))
    return (
        _step(
            "Look at the spread of the latency beside that of the tokens.", 2, latency, tokens, place="llm-dashboard"
        ),
        _step("Check load, hardware and network of the service over this time.", 15, latency),
        _step("Run a few prompts in the Playground and compare their times.", 10, latency, place="playground"),
        _step(
            "Keep watching: what the answers say did not change as far as these sizes can show.",
            None,
            _verdict(signals),
            place="llm-dashboard",
        ),
    )


def _unknown(signals: TextSignals) -> Steps:
    return (
        _read_novel(signals),
        _step(
            "Look at the map and at the groups whose share changed.",
            5,
            *signals.groups("gained")[:2],
            _verdict(signals),
            place="llm-dashboard",
        ),
        _check_settings(signals),
        _run_again(_verdict(signals)),
        *_log_prompts(signals),
        _promote("the new answers are as good", _verdict(signals)),
    )


def _log_prompts(signals: TextSignals) -> Steps:
    if signals.traffic != "no_prompts":
        return ()
    whole = signals.ledger.first(FactKind.TRAFFIC)
    return (_step("Log the prompts with the answers: only then traffic can be told from behaviour.", 15, whole),)


def _more_data(signals: TextSignals) -> Steps:
    needed = signals.ledger.first(FactKind.POWER, "what is missing")
    collect = needed.text if needed else "More answers are needed for a verdict."
    return (
        _step(f"Collect more answers. {collect}", 5, needed or _verdict(signals), place="playground"),
        _step(
            "Run a prompt set in the Playground: the same prompts show most at small sizes.",
            15,
            _verdict(signals),
            place="playground",
        ),
        _step("Import a log of answers, if there is one.", 5, _verdict(signals), place="playground"),
        _step("Calculate again when they are there.", 1, _verdict(signals), place="llm-dashboard"),
    )


def _stable(signals: TextSignals) -> Steps:
    verdict, power = _verdict(signals), signals.ledger.first(FactKind.POWER)
    return (
        _step("Keep watching: calculate again when more answers have come.", 1, verdict, place="llm-dashboard"),
        _step(
            "Read what these sizes would show, to know what a change would have to be.", 2, power, place="llm-dashboard"
        ),
        _step(
            "Save a prompt set, to run it before and after the next change of model or template.",
            10,
            verdict,
            place="playground",
        ),
    )


_STEPS: dict[Cause, Callable[[TextSignals], Steps]] = {
    Cause.TOPIC_SHIFT: _topic,
    Cause.MODEL_CHANGE: _model,
    Cause.FORMAT_CHANGE: _format,
    Cause.REFUSALS: _refusals,
    Cause.DEGENERATE_OUTPUT: _degenerate,
    Cause.FAILURES: _failures,
    Cause.LANGUAGE: _language,
    Cause.LATENCY: _latency,
    Cause.UNKNOWN: _unknown,
    Cause.NOT_ENOUGH_EVIDENCE: _more_data,
    Cause.STABLE: _stable,
}
