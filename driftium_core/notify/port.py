"""Kinds of channels, and what can be done with one. An address is a secret: no sentence, log or repr shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol, get_args

from driftium_core.errors import DeliveryError, SettingsError
from driftium_core.notify import apprise_services, mail, pagerduty, slack, teams, webhook
from driftium_core.notify.mail import email_address

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


class _Kind(Protocol):
    """What each module of a kind has."""

    def channel_address(self, text: str, /) -> str: ...

    def masked(self, address: str, /) -> str: ...

    def deliver(self, address: str, message: Message, /, *, expand: Callable[[str], str], timeout_s: float) -> None: ...


_KINDS: dict[ChannelKind, _Kind] = {
    "slack": slack,
    "teams": teams,
    "pagerduty": pagerduty,
    "email": mail,
    "webhook": webhook,
    "apprise": apprise_services,
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
    return _KINDS[kind].channel_address(text)


def masked(kind: ChannelKind, address: str) -> str:
    """An address as it may be shown: enough to tell two apart, nothing that lets anybody send."""
    return _KINDS[kind].masked(address)


def send(
    kind: ChannelKind,
    address: str,
    message: Message,
    *,
    expand: Callable[[str], str] = str,
    timeout_s: float = 15.0,
) -> None:
    """Send one message; returns when the service has taken it.

    Parameters
    ----------
    expand : callable
        Fills in ``${NAME}``, as `Settings.expand` does.
    timeout_s : float
        The longest that it takes in all; twice that where PagerDuty is sent two messages.

    Raises
    ------
    DeliveryError
        It has not; ``permanent`` tells whether trying again is pointless.
    """
    try:
        _KINDS[kind].deliver(address, message, expand=expand, timeout_s=timeout_s)
        return
    except SettingsError as error:
        unset = str(error)
    raise DeliveryError(unset)
