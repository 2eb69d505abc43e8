"""Kinds of channels, and what can be done with one. An address is a secret: no sentence, log or repr shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from driftium_core.notify.message import Message

__all__ = ["CHANNEL_KINDS", "CHANNEL_NAMES", "ChannelKind", "channel_address", "email_address", "masked", "send"]

ChannelKind = Literal["slack", "teams", "pagerduty", "email", "webhook", "apprise"]
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)

CHANNEL_NAMES: dict[ChannelKind, str] = {
    "slack": "Slack",
    "teams": "Microsoft Teams",
    "pagerduty": "PagerDuty",
    "email": "E-mail",
    "webhook": "JSON webhook",
    "apprise": "Another service (Apprise URL)",
}


def channel_address(kind: ChannelKind, text: str) -> str:
    """What the user gave for a channel as the address that `send` takes.

    Slack and Teams take the webhook's URL as the service shows it, PagerDuty the integration key, e-mail what
    `email_address` returns, a webhook its URL, and the rest an Apprise URL. ``${NAME}`` in it is left as it is.

    Raises
    ------
    InputError
        It cannot be meant; the sentence says what is expected and does not repeat it.
    """
    raise NotImplementedError


def email_address(
    *,
    host: str,
    to: str,
    sender: str,
    port: int | None = None,
    user: str = "",
    password: str = "",
    security: Literal["starttls", "ssl", "none"] = "starttls",
) -> str:
    """The address of an e-mail channel from the fields of a form; several recipients are separated by commas."""
    raise NotImplementedError


def masked(kind: ChannelKind, address: str) -> str:
    """An address as it may be shown: enough to tell two apart, nothing that lets anybody send."""
    raise NotImplementedError


def send(
    kind: ChannelKind,
    address: str,
    message: Message,
    *,
    expand: Callable[[str], str] = str,
    timeout_s: float = 15.0,
) -> None:
    """Send one message; returns when the service has taken it.

    Raises
    ------
    DeliveryError
        It has not; ``permanent`` tells whether trying again is pointless.
    """
    raise NotImplementedError
