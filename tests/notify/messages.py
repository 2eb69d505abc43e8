"""Messages as an incident makes them, and as bad as they can be."""

from dataclasses import replace
from datetime import UTC, datetime

from driftium_core.notify.message import Message
from driftium_core.severity import Severity

PLAIN = Message(
    event="opened",
    incident_id="8c1e5f0a2b",
    project="support-bot",
    monitor="table:bank_full",
    rule="Anything critical",
    severity=Severity.CRITICAL,
    at=datetime(2026, 11, 2, 14, 2, 11, tzinfo=UTC),
    title="CRITICAL drift: “bank_full” (project support-bot)",
    verdict="2 of 3 columns drifted; 1\u202f500 current against 2\u202f000 reference rows, adjusted p\xa0<\xa00.001.",
    effect="Effect 0.59 in `job`, on a scale of 0 to 1; CRITICAL from 0.30.",
    evidence=("Current data has 1 category of `job` that the reference lacks: “d”.", "`age` shifted by itself: +12."),
    action="Read a few current rows in which `job` is “d”.",
    link="https://drift.example.org/tabular?run=c84b44c8e9&project=support-bot",
)

NASTY_TEXTS = (
    "<!channel> <!here> <@U012AB3CD> <https://evil.example|click> @everyone & more",
    "[click](https://evil.example) **bold** <at>everyone</at> <script>alert(1)</script> <img src=x onerror=y>",
    "one\r\nBcc: victim@example.org\r\n\r\n.\r\nDATA\x00\x07 \u202eesrever\u202c half \ud83d",
    "&<>" * 4000,
    "word " * 5000,
    "\N{FAMILY}\u200d" * 500,
)

NASTY = tuple(
    replace(PLAIN, title=text, verdict=text, effect=text, evidence=(text,) * 9, action=text, project=text, rule=text)
    for text in NASTY_TEXTS
)

BARE = replace(PLAIN, severity=None, effect="", evidence=(), action="", link="", rule="", monitor="", event="test")
