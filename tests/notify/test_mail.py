"""Mails: a text and a page, one conversation per incident, and headers that nothing can be slipped into."""

import re
from collections.abc import Callable

import pytest

from driftium_core.errors import DeliveryError, InputError
from driftium_core.notify.message import Message
from driftium_core.notify.port import channel_address, email_address, masked, send
from tests.notify.messages import BARE, NASTY, PLAIN
from tests.notify.receivers import free_port
from tests.notify.smtp_receiver import Mailbox

TO = "ops@example.org, Lead@Example.org"


def address_of(box: Mailbox, to: str = TO, user: str = "", password: str = "") -> str:
    return email_address(
        host="127.0.0.1",
        port=box.port,
        to=to,
        sender="driftium@example.org",
        user=user,
        password=password,
        security="none",
    )


def test_a_mail_holds_text_and_page(box: Mailbox) -> None:
    send("email", address_of(box), PLAIN)
    (mail,) = box.mails
    assert box.recipients == ["ops@example.org", "Lead@Example.org"]
    assert mail["Subject"] == PLAIN.title
    assert mail["From"] == "driftium@example.org"
    assert mail["To"] == "ops@example.org, Lead@Example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    text = plain.get_content()
    for part in (PLAIN.verdict, PLAIN.effect, *PLAIN.evidence, PLAIN.action, PLAIN.link):
        assert part in text
    html = page.get_content()
    assert f'<a href="{PLAIN.link.replace("&", "&amp;")}">' in html
    assert f"<li>{PLAIN.evidence[1]}</li>" in html
    assert "http-equiv" not in html


def test_mails_of_an_incident_are_one_conversation(box: Mailbox) -> None:
    for _ in range(2):
        send("email", address_of(box), PLAIN)
    first, second = box.mails
    assert first["References"] == second["References"]
    assert first["Message-ID"] != second["Message-ID"]


@pytest.mark.parametrize("message", [BARE, *NASTY])
def test_nothing_is_slipped_into_headers_or_page(box: Mailbox, message: Message) -> None:
    send("email", address_of(box), message)
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert box.recipients == ["ops@example.org", "Lead@Example.org"]
    assert set(mail.keys()) == {
        *("Subject", "From", "To", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert len(mail["Subject"]) <= 200
    page = mail.get_body(("html",))
    assert page is not None
    assert not re.search(r"<(script|img|at|!)", page.get_content())


def test_user_and_password_of_any_signs_arrive(box: Mailbox) -> None:
    user, password = "ops@example.org", "p@ss:w/ord#?%&+ ="
    send("email", address_of(box, user=user, password=password), PLAIN)
    assert box.logins == [(user, password)]


def test_a_password_may_be_a_variable(box: Mailbox) -> None:
    address = address_of(box, user="ops", password="${DRIFTIUM_SECRET_MAIL}")
    send("email", address, PLAIN, expand=lambda text: text.replace("${DRIFTIUM_SECRET_MAIL}", "p@ss/#"))
    assert box.logins == [("ops", "p@ss/#")]


def refuse_login(box: Mailbox) -> None:
    box.refuse_login = True


def refuse_all(box: Mailbox) -> None:
    box.refused = frozenset({"ops@example.org", "Lead@Example.org"})


def refuse_one(box: Mailbox) -> None:
    box.refused = frozenset({"ops@example.org"})


def refuse_content(box: Mailbox) -> None:
    box.data_code = 554


def be_busy(box: Mailbox) -> None:
    box.data_code = 451


def close(box: Mailbox) -> None:
    box.manner = "close"


@pytest.mark.parametrize(
    ("spoil", "said", "permanent"),
    [
        (refuse_login, "The mail server 127.0.0.1 does not accept the user and password.", True),
        (refuse_all, "The mail server 127.0.0.1 refused every recipient.", True),
        (refuse_one, "The mail server 127.0.0.1 refused 1 of 2 recipients; the others have the mail.", True),
        (refuse_content, "The mail server 127.0.0.1 refused the mail (answer 554).", True),
        (be_busy, "The mail server 127.0.0.1 refused the mail (answer 451).", False),
        (close, "The mail server 127.0.0.1 hung up.", False),
    ],
)
def test_failures_are_told(box: Mailbox, spoil: Callable[[Mailbox], None], said: str, permanent: bool) -> None:
    spoil(box)
    with pytest.raises(DeliveryError, match=re.escape(said)) as caught:
        send("email", address_of(box, user="ops", password="secret"), PLAIN)
    assert caught.value.permanent is permanent


def test_no_mail_goes_without_the_security_that_was_asked_for(box: Mailbox) -> None:
    address = email_address(host="127.0.0.1", port=box.port, to=TO, sender="a@example.org", user="u", password="p")
    with pytest.raises(DeliveryError, match="does not offer what the channel asks for, STARTTLS") as caught:
        send("email", address, PLAIN)
    assert caught.value.permanent
    assert (box.mails, box.logins) == ([], [])


def test_a_server_that_is_down_is_tried_again() -> None:
    address = email_address(host="127.0.0.1", port=free_port(), to=TO, sender="a@example.org", security="none")
    with pytest.raises(DeliveryError, match="it refused the connection") as caught:
        send("email", address, PLAIN)
    assert not caught.value.permanent


def test_fields_become_an_address() -> None:
    given = email_address(host="mail.example.org", to="ops@example.org", sender="d@example.org", user="u", password="p")
    assert given == "mailtos://u:p@mail.example.org:587/?from=d%40example.org&to=ops%40example.org&mode=starttls"
    assert channel_address("email", given) == given
    assert masked("email", given) == "mail.example.org to ops@example.org"
    assert ":465/" in email_address(host="h", to="a@b.c", sender="a@b.c", security="ssl")
    assert ":25/" in email_address(host="::1", to="a@b.c", sender="a@b.c", security="none")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"host": "mail example"}, "Give the name of the SMTP server"),
        ({"host": ""}, "Give the name of the SMTP server"),
        ({"port": 70_000}, "from 1 to 65535"),
        ({"sender": "d@example.org\r\nBcc: x@y.z"}, "Give the sender as an e-mail address"),
        ({"to": " , "}, "at least one recipient"),
        ({"to": "ops@example.org, nobody"}, "Recipient 2 is not an e-mail address"),
        ({"to": "a@b.c\nBcc: x@y.z"}, "Recipient 1 is not"),
        ({"password": "p"}, "Give the user whose password it is"),
        ({"user": "u", "password": "p", "security": "none"}, "only sent over a secured connection"),
    ],
)
def test_wrong_fields_are_named(fields: dict[str, object], said: str) -> None:
    usual: dict[str, object] = {"host": "mail.example.org", "to": "ops@example.org", "sender": "d@example.org"}
    with pytest.raises(InputError, match=said):
        email_address(**(usual | fields))  # type: ignore[arg-type]


def test_an_address_names_sender_and_recipients() -> None:
    for wrong in ("", "ops@example.org", "https://example.org", "mailtos://u:p@h/?to=a@b.c&from=a@b.c&mode=magic"):
        with pytest.raises(InputError, match="This is not the address of an e-mail channel"):
            channel_address("email", wrong)
    with pytest.raises(InputError, match="Give the sender"):
        channel_address("email", "mailtos://user:pass@gmail.com")
    assert masked("email", "nonsense") == "E-mail"
