"""A small SMTP server for one mail at a time, well behaved or not."""

import base64
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass
class Mailbox:
    """What came, and how the server behaves."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    manner: str = "answer"
    refused: frozenset[str] = frozenset()
    refuse_login: bool = False
    data_code: int = 250
    over: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server in threads of its own."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(text.encode() + b"\r\n")

        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.converse()

        def converse(self) -> None:
            if box.manner == "hang":
                box.over.wait()
                return
            if box.manner == "drip":
                while not box.over.wait(0.05):
                    self.wfile.write(b"220-")
                    self.wfile.flush()
                return
            if box.manner == "close":
                return
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.split(" ", 1)[0].upper()
                if word == "QUIT":
                    self.say("221 bye")
                    return
                self.answer(word, line)

        def answer(self, word: str, line: str) -> None:
            match word:
                case "EHLO" | "HELO":
                    self.say("250-here")
                    self.say("250 AUTH PLAIN")
                case "AUTH":
                    _, user, password = base64.b64decode(line.split(" ")[2]).decode().split("\0")
                    box.logins.append((user, password))
                    self.say(f"535 no, not with {password}" if box.refuse_login else "235 welcome")
                case "RCPT":
                    address = line.partition("<")[2].partition(">")[0]
                    if address in box.refused:
                        self.say(f"550 {address} is unknown")
                        return
                    box.recipients.append(address)
                    self.say("250 ok")
                case "DATA":
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                    mail = message_from_bytes(b"".join(lines), policy=default)
                    assert isinstance(mail, EmailMessage)
                    box.mails.append(mail)
                    self.say(f"{box.data_code} done")
                case _:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    server = Server(("127.0.0.1", 0), Handler)
    box = Mailbox(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield box
    finally:
        box.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
