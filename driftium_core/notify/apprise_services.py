"""Every other service that Apprise knows, by an Apprise URL."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.deadline import within
from driftium_core.notify.message import Message
from driftium_core.notify.placeholders import has_placeholder
from driftium_core.notify.posting import refusal
from driftium_core.notify.quiet import quiet
from driftium_core.notify.wording import line, text_of
from driftium_core.severity import Severity

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

__all__ = ["LOCAL_SCHEMES", "channel_address", "deliver", "masked"]

LOCAL_SCHEMES = frozenset(
    {"syslog", "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "blink1", "vapid"}
)
"""Services of this machine rather than of the network: its desktop, its log, its devices, keys in its files."""

_LOCAL_ARGUMENTS = frozenset({"keyfile", "subfile", "pgp", "pgppub", "pgpprv", "wkd", "pem"})
"""Arguments of a URL that name files of this machine, or make such files."""

_WITH_A_HOST = frozenset(
    {"apprise", "ntfy", "gotify", "mmost", "rocket", "matrix", "nctalk", "ncloud", "json", "form", "xml", "mqtt"}
    | {"hassio", "synology", "rsyslog", "goalert"}
)
"""Schemes, without the s of a secured connection, whose host is one; elsewhere a token may stand in its place."""

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z0-9]{2,20})://")
_EXPECTED = "Give an Apprise URL such as discord://…, ntfy://… or tgram://…; https://appriseit.com/services lists them"


def channel_address(text: str) -> str:
    """The URL; `InputError` when Apprise cannot use it, or it is about this machine."""
    address = text.strip()
    scheme = _SCHEME.match(address)
    if scheme is None and not has_placeholder(address):
        raise InputError(f"This is not an Apprise URL. {_EXPECTED}.")
    if has_placeholder(address):
        why = _local(scheme["scheme"].lower()) if scheme else ""
    else:
        _, why = _opened(address)
    if why:
        raise InputError(why)
    return address


def _local(scheme: str) -> str:
    """Why a scheme is refused; empty when it is not."""
    if scheme not in LOCAL_SCHEMES:
        return ""
    return f"{scheme}:// is a service of the machine that Driftium runs on, which alerts do not use. {_EXPECTED}."


def masked(address: str) -> str:
    """``"discord://…"``; with the host where that is one for certain."""
    scheme = _SCHEME.match(address)
    if scheme is None:
        return "Apprise URL"
    name = scheme["scheme"].lower()
    if name.removesuffix("s") not in {*_WITH_A_HOST, "http"} or has_placeholder(address):
        return f"{name}://…"
    rest = re.split(r"[/?#]", address[scheme.end() :], maxsplit=1)[0].rpartition("@")[2]
    return f"{name}://{rest}/…" if "." in rest or rest.startswith("localhost") else f"{name}://…"


def deliver(address: str, message: Message, *, expand: Callable[[str], str], timeout_s: float) -> None:
    """Send a message; `DeliveryError` when the service does not take it."""
    plugin, why = _opened(expand(address).strip())
    if plugin is None:
        raise DeliveryError(why, permanent=True)
    service = str(plugin.service_name)
    _restrain(plugin, timeout_s)
    within(timeout_s, service, lambda: _send(plugin, service, message))


def _opened(address: str) -> tuple[NotifyBase | None, str]:
    """What Apprise makes of a URL, or why it is not used."""
    from apprise import Apprise

    scheme = _SCHEME.match(address)
    if scheme and (local := _local(scheme["scheme"].lower())):
        return None, local
    with quiet():
        try:
            plugin = Apprise.instantiate(address, asset=_asset())
        except Exception:  # noqa: BLE001 - of any of Apprise's plugins
            plugin = None
    if plugin is None:
        return None, f"Apprise cannot use this URL: no service is called so, or something is missing. {_EXPECTED}."
    return (None, why) if (why := _refused(plugin, address)) else (plugin, "")


def _asset() -> AppriseAsset:
    """No plugins but Apprise's own, no files, no threads, no redirects, no attempts but ours."""
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="Driftium",
        app_desc="Driftium",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        http_redirects=False,
        storage_mode="memory",
        pgp_autogen=False,
        pem_autogen=False,
        service_timeout=0,
        default_service_retry=0,
    )


def _refused(plugin: NotifyBase, address: str) -> str:
    """Why a URL that Apprise can use is not used here; empty when it is."""
    if local := _local(str(plugin.schema).lower()):
        return local
    named = {name.lower() for name in re.findall(r"[?&]([^=&#]+)=", address)}
    if found := named & (_LOCAL_ARGUMENTS | _file_arguments(plugin)):
        return f"`{min(found)}` in an Apprise URL names a file of the machine that Driftium runs on. Leave it out."
    if not plugin.verify_certificate:
        return "`verify=no` in an Apprise URL would send to whoever answers. Leave it out."
    return ""


def _file_arguments(plugin: NotifyBase) -> set[str]:
    """Arguments that name files; some services call an id of theirs a template, and part of their URL a path."""
    arguments: dict[str, dict[str, Any]] = plugin.template_args
    return {name for name, what in arguments.items() if name == "template" and "Path" in str(what.get("name"))}


def _restrain(plugin: NotifyBase, timeout_s: float) -> None:
    """What a URL may ask for, and what would keep a message waiting or send it elsewhere."""
    plugin.redirects = False
    plugin.optional = False  # else a failure counts as success
    plugin.retry = 0
    plugin.socket_connect_timeout = min(plugin.socket_connect_timeout, timeout_s)
    plugin.socket_read_timeout = min(max(plugin.socket_read_timeout, 10.0), timeout_s)
    plugin.request_rate_per_sec = min(plugin.request_rate_per_sec, 0.5)


def _send(plugin: NotifyBase, service: str, message: Message) -> DeliveryError | None:
    from apprise import Apprise, NotifyFormat, NotifyType

    kinds: dict[Severity | None, NotifyType] = {
        Severity.CRITICAL: NotifyType.FAILURE,
        Severity.HIGH: NotifyType.FAILURE,
        Severity.MEDIUM: NotifyType.WARNING,
        Severity.LOW: NotifyType.SUCCESS,
    }
    kind = kinds.get(message.severity, NotifyType.INFO)
    title = _unmentioning(line(message.title, 200))
    room = max(40, plugin.body_maxlen - (len(title) + 2 if plugin.title_maxlen <= 0 else 0))
    body = _unmentioning(text_of(message, min(room, 4000) - 20), but=message.link)
    sender = Apprise(asset=plugin.asset)
    sender.add(plugin)
    with quiet() as heard:
        arrived = bool(sender.notify(body=body, title=title, notify_type=kind, body_format=NotifyFormat.TEXT))
    if arrived:
        return None
    if heard.status is not None:
        return refusal(service, heard.status)
    if heard.no_connection:
        return DeliveryError(f"{service} cannot be reached, or hung up.")
    return DeliveryError(f"{service} did not take the message, and Apprise does not say why. Check the channel.")


def _unmentioning(text: str, *, but: str = "") -> str:
    """A text in which no ``@name`` calls anybody: a sign without width stands behind each ``@`` outside the link."""
    parts = text.split(but) if but else [text]
    return but.join(part.replace("@", "@\u2060") for part in parts)
