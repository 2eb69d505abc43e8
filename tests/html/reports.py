"""Reports to draw: one with everything in it, and one with almost nothing."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

from driftium_core.html.text_report import ReportOrigin
from driftium_core.severity import Severity
from driftium_core.stats.null_range import NullRange
from driftium_core.text.differences import (
    AnswerPair,
    Cluster,
    Evidence,
    Exemplar,
    Keyword,
    Projection,
    Removal,
)
from driftium_core.text.drift_report import Detectable, EmbeddingReport, Member
from driftium_core.text.report import Descriptor, Encoder, Flag, Health, Shape, TextReport, Traffic
from tests.calculations import calculation

WHEN = datetime(2025, 11, 23, 14, 2, tzinfo=UTC)

ORIGIN = ReportOrigin(
    created_at=WHEN, baseline_name="november", baseline_version=4, project="support bot", calculation_id="3f09a81bc2"
)

DRIFT = EmbeddingReport(
    design="paired",
    n_baseline=1_400,
    n_current=128,
    n_pairs=96,
    pvalue=0.001,
    attainable_pvalue=0.0005,
    effect_size=0.287,
    effect_raw=0.314,
    severity=Severity.HIGH,
    verdict="drift",
    reason="The responses differ.",
    centroid=NullRange(0.0914, 0.0121, 0.0677, tuple(0.01 + 0.0015 * i for i in range(40))),
    mmd=NullRange(0.0682, 0.0011, 0.0289, tuple(0.001 + 0.0007 * i for i in range(40))),
    detectable=Detectable(0.1, "These sizes show a new topic of 10 %."),
    members=(Member("mmd", 0.0021), Member("ridge", 0.0134)),
    method="2 000 sign flips",
    n_resamples=2_000,
    exact=False,
    seed=7,
    notes=("Near-duplicates were kept.",),
)

DESCRIPTORS = (
    Descriptor(
        name="length",
        label="Length (characters)",
        kind="number",
        baseline=142.0,
        current=187.0,
        n_baseline=1_400,
        n_current=128,
        statistic=0.48,
        pvalue=0.0004,
        pvalue_adjusted=0.0017,
        effect_size=0.483,
        severity=Severity.CRITICAL,
        method="KS",
        text="Responses are longer: median 187 characters, was 142.",
        shape=Shape(("0 to 100", "100 to 200", "200 to 300"), (0.2, 0.7, 0.1), (0.1, 0.3, 0.6)),
    ),
    Descriptor(
        name="refusal",
        label="Refusals",
        kind="share",
        baseline=0.012,
        current=0.0163,
        n_baseline=1_400,
        n_current=128,
        statistic=None,
        pvalue=None,
        pvalue_adjusted=None,
        effect_size=None,
        severity=None,
        method="not tested",
        text="Too few to tell.",
    ),
    Descriptor(
        name="language",
        label="Language",
        kind="category",
        baseline="English",
        current="العربية",
        n_baseline=1_400,
        n_current=128,
        statistic=3.1,
        pvalue=0.21,
        pvalue_adjusted=0.34,
        effect_size=0.05,
        severity=Severity.LOW,
        method="chi-square",
        text="No change in language detected.",
        shape=Shape(("English", "العربية"), (0.6, 0.4), (0.45, 0.55)),
    ),
)

EVIDENCE = Evidence(
    novel=(
        Exemplar(3, 0.0834, "Store credit only.", "Refund me?", 0.412),
        Exemplar(9, 0.0712, "No refunds.", "", None),
    ),
    gone=(Exemplar(5, 0.0663, "Your money is on its way.", "Refund?", 0.391),),
    keywords_gained=(Keyword("store credit", 6.2, 0.004, 0.19, 3.41, 2.62, 4.19),),
    keywords_lost=(Keyword("card", 4.9, 0.31, 0.052, -2.57, -3.3, -1.81),),
    groups=(Cluster("gained", 2, 31, 0.0003, ("credit", "policy"), 9, (1, 2), (3, 9)),),
    removal=Removal((3, 9), 0.001, 0.23, "Without these 2 responses p = 0.001 becomes p = 0.23."),
    notes=("Only 5 000 answers were looked at.",),
)

FULL = TextReport(
    drift=DRIFT,
    health=Health(54.3, 47.1, 61.2, 100.0, "Health Index 54 of 100."),
    flags=(Flag("echo", 0.011, 0.047), Flag("low_alignment", None, None)),
    descriptors=DESCRIPTORS,
    traffic=Traffic(
        "behaviour",
        0.31,
        0.0014,
        0.93,
        0.88,
        "Like prompts are answered differently.",
        prompts=NullRange(0.4, -1.9, 2.1, tuple(-2 + 0.1 * i for i in range(40))),
        behaviour=NullRange(8.2, -1.8, 2.2, tuple(-2 + 0.1 * i for i in range(40))),
    ),
    evidence=EVIDENCE,
    projection=Projection(((0.1, 0.2), (0.3, -0.2)), ((0.9, 0.8),), (0, 1), (3,), (0.11, 0.06)),
    encoder=Encoder("all-MiniLM-L6-v2@53aa5117", "bf16"),
    seed=7,
    baseline_hash="b" * 64,
    current_hash="c" * 64,
    versions={"numpy": "2.4.6", "scipy": "1.17.1"},
    pairs=(AnswerPair(5, 3, 0.217), AnswerPair(6, 4, 0.604)),
    notes=("12 baseline responses failed or are empty.",),
)

_UNKNOWN = NullRange(math.nan, math.nan, math.nan)

EMPTY = TextReport(
    drift=EmbeddingReport(
        design="unpaired",
        n_baseline=0,
        n_current=0,
        n_pairs=0,
        pvalue=None,
        attainable_pvalue=1.0,
        effect_size=math.nan,
        effect_raw=math.nan,
        severity=None,
        verdict="inconclusive",
        reason="No usable responses in baseline and current.",
        centroid=_UNKNOWN,
        mmd=_UNKNOWN,
        detectable=Detectable(None, "Without responses no change can be seen."),
        members=(),
        method="not tested",
        n_resamples=0,
        exact=False,
        seed=0,
    ),
    health=Health(None, None, None, None, "No Health Index: no prompts are known."),
    flags=(),
    descriptors=(),
    traffic=Traffic("no_prompts", None, None, None, None, "No prompts are known in either pool."),
    evidence=Evidence(groups=()),
    projection=None,
    encoder=Encoder("words", "fp32"),
    seed=0,
    baseline_hash="",
    current_hash="",
)

HISTORY = tuple(
    calculation(
        id_,
        created_at=WHEN - timedelta(hours=hours),
        severity=severity,
        health_index=health,
        mmd_score=mmd,
        mmd_low=0.001,
        mmd_high=0.029,
    )
    for id_, hours, severity, health, mmd in (
        ("0c1d9e2f77", 48, Severity.LOW, 91.4, 0.011),
        ("8b52a6f013", 24, None, None, None),
        ("3f09a81bc2", 0, Severity.HIGH, 54.3, 0.0682),
    )
)
