"""The stated catalogue: every cause that an analysis can name, and what it means."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["CAUSE_MEANINGS", "CAUSE_TITLES", "Cause"]


class Cause(StrEnum):
    """What drift can come from, as far as computed evidence can tell."""

    TOPIC_SHIFT = "topic_shift"
    MODEL_CHANGE = "model_change"
    FORMAT_CHANGE = "format_change"
    REFUSALS = "refusals"
    DEGENERATE_OUTPUT = "degenerate_output"
    FAILURES = "failures"
    LANGUAGE = "language"
    LATENCY = "latency"
    UPSTREAM_DATA = "upstream_data"
    SELECTION = "selection"
    MEASUREMENT = "measurement"
    NEW_CATEGORIES = "new_categories"
    MISSINGNESS = "missingness"
    UNKNOWN = "unknown"
    NOT_ENOUGH_EVIDENCE = "not_enough_evidence"
    STABLE = "stable"


CAUSE_TITLES: dict[Cause, str] = {
    Cause.TOPIC_SHIFT: "the traffic moved to other topics",
    Cause.MODEL_CHANGE: "the model or its prompt template changed",
    Cause.FORMAT_CHANGE: "length or format of the answers changed",
    Cause.REFUSALS: "the model refuses more",
    Cause.DEGENERATE_OUTPUT: "answers are empty or broken",
    Cause.FAILURES: "requests fail",
    Cause.LANGUAGE: "the language of the answers changed",
    Cause.LATENCY: "answers take another time",
    Cause.UPSTREAM_DATA: "the data source changed",
    Cause.SELECTION: "other rows were selected",
    Cause.MEASUREMENT: "values are measured or scaled in another way",
    Cause.NEW_CATEGORIES: "categories appeared or vanished",
    Cause.MISSINGNESS: "the share of missing values changed",
    Cause.UNKNOWN: "no cause of the catalogue fits",
    Cause.NOT_ENOUGH_EVIDENCE: "there is not enough evidence",
    Cause.STABLE: "nothing changed that can be detected",
}
"""Each cause as the end of “Likely cause: …”, without a full stop."""

CAUSE_MEANINGS: dict[Cause, str] = {
    Cause.TOPIC_SHIFT: "Prompts are about other things than in the baseline; answers follow them.",
    Cause.MODEL_CHANGE: "Like prompts are answered differently: another model, version, prompt template or setting.",
    Cause.FORMAT_CHANGE: "Answers got longer, shorter, or are formatted in another way.",
    Cause.REFUSALS: "More answers decline to help.",
    Cause.DEGENERATE_OUTPUT: "Answers are empty, repeat their prompt, or miss it.",
    Cause.FAILURES: "More requests end in an error instead of an answer.",
    Cause.LANGUAGE: "Answers are in another language, or mix languages.",
    Cause.LATENCY: "Answers come slower or faster, while what they say did not change.",
    Cause.UPSTREAM_DATA: "Columns, types or many values at once changed where the data comes from.",
    Cause.SELECTION: "Current rows were chosen otherwise: a filter, a campaign, another population.",
    Cause.MEASUREMENT: "One column's values shifted by themselves: another unit, scale, instrument or formula.",
    Cause.NEW_CATEGORIES: "Categories came that the reference does not have, or ones that it has are gone.",
    Cause.MISSINGNESS: "More or fewer values are missing than in the reference.",
    Cause.UNKNOWN: "There is drift, and no rule of the catalogue explains it.",
    Cause.NOT_ENOUGH_EVIDENCE: "There are too few rows or answers to tell drift from chance.",
    Cause.STABLE: "There is no drift that these sizes could show.",
}
"""One sentence per cause, for help and reports."""
