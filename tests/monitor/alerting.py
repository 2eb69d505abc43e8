"""What tests of alerts share: a sender that keeps what it was given, and checks that are stored as any face does."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from driftium_core import monitor
from driftium_core.errors import DeliveryError
from driftium_core.notify import port
from driftium_core.notify.message import Message
from driftium_core.services import Services
from driftium_core.severity import Severity
from driftium_core.store.alert_records import AlertRule, Channel, NewRule
from tests.store.make import new_calculation, new_run

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
SECRET = "hunter2-is-secret"

LETTERS = {"L": Severity.LOW, "M": Severity.MEDIUM, "H": Severity.HIGH, "C": Severity.CRITICAL, "?": None}

_numbers = itertools.count()


class Sender:
    """Stands in for the services that messages go to."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Message]] = []
        self.fail: Callable[[str, Message], DeliveryError | None] = lambda _address, _message: None
        self._lock = threading.Lock()

    def __call__(self, _kind: str, address: str, message: Message, **_options: Any) -> None:
        error = self.fail(address, message)
        if error:
            raise error
        with self._lock:
            self.messages.append((address, message))

    @property
    def told(self) -> list[str]:
        """Events in the order in which they arrived."""
        return [message.event for _, message in self.messages]


def take_over(monkeypatch: pytest.MonkeyPatch) -> Sender:
    """Let messages go to a `Sender`, whatever addresses are like."""
    sender = Sender()
    monkeypatch.setattr(port, "send", sender)
    monkeypatch.setattr(port, "channel_address", lambda _kind, text: text)
    monkeypatch.setattr(port, "masked", lambda kind, _address: f"{kind} …")
    return sender


def add_channel(services: Services, name: str = "ops", **options: Any) -> Channel:
    """A webhook that holds a secret."""
    return monitor.add_channel(services, "webhook", f"http://127.0.0.1:9/{SECRET}/{name}", name=name, **options)


def add_rule(services: Services, *channels: Channel, project: str = "default", **terms: Any) -> AlertRule:
    """A rule for CRITICAL tables and answers, unless said otherwise."""
    values = {"name": "critical", "remind_after_h": None, "channel_ids": tuple(item.id for item in channels)}
    return monitor.save_rule(services, NewRule(**(values | terms)), project=project)


def check_tables(services: Services, row: str, *, reference: str = "march.csv", **options: Any) -> list[str]:
    """Store a check per letter of the row; ids of the runs."""
    project = options.pop("project", "default")
    runs = [
        new_run(f"f{next(_numbers)}", reference_name=reference, severity=LETTERS[letter], **options) for letter in row
    ]
    return [services.store.runs.add(run, project=project).id for run in runs]


def check_answers(services: Services, row: str, *, baseline_id: str) -> list[str]:
    """Store a calculation per letter of the row."""
    new = [new_calculation(f"f{next(_numbers)}", baseline_id=baseline_id, severity=LETTERS[letter]) for letter in row]
    return [services.store.calculations.add(item).id for item in new]
