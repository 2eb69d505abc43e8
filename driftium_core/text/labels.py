"""What the parts of a report are called for a person: one wording for pages and files."""

from __future__ import annotations

from driftium_core.text.report import TrafficVerdict

__all__ = ["FLAG_LABELS", "MEMBER_LABELS", "TRAFFIC_LABELS"]

TRAFFIC_LABELS: dict[TrafficVerdict, str] = {
    "traffic": "Traffic.",
    "behaviour": "Behaviour.",
    "both": "Both.",
    "neither": "Neither.",
    "cannot_tell": "Cannot be told.",
    "no_prompts": "Cannot be told.",
}
"""Whether prompts moved, or the answers to like prompts, in a word."""

FLAG_LABELS = {
    "echo": "Echoes",
    "empty": "Empty",
    "refusal": "Refusals",
    "low_alignment": "Off the prompt",
}
"""Faults that alignment alone misses."""

MEMBER_LABELS = {
    "mmd": "MMD², median bandwidth: the bulk",
    "mmd_quarter": "MMD², a quarter of it: finer structure",
    "ridge": "Ridge discriminant: small moves in quiet directions",
    "largest_dimension": "Largest single dimension: sparse moves",
    "clusters": "Cluster scan: a small new group",
}
"""The statistics behind the verdict, and what each is good at; those of older reports may have other names."""
