"""An IMAP server on loopback (RFC 3501, UIDPLUS, MOVE, NAMESPACE, STARTTLS), as far as a reader of mail needs it.

    with Mailboxes(messages=[raw]) as server:
        ...                      # server.url goes into FEEDBACK_BOUNCE_MAILBOX
        server.folders["INBOX"]  # {uid: (raw, flags)}

It answers what it does not know with BAD, refuses what a real server refuses, and can cut the line before any command.
The same code was tried against Dovecot, so that this one stays honest.
"""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import ssl
import threading
from types import TracebackType
from typing import Any

CAPABILITIES = ("IMAP4rev1", "UIDPLUS", "MOVE", "NAMESPACE")
PASSWORD = "p@ss/word"  # needs escaping in an address
WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"|\((.*)\)|(\S+)')


class Mailboxes:
    """The server and its folders. ``cut_before``: the command at whose first use the connection breaks."""

    def __init__(
        self,
        messages: list[bytes] | None = None,
        *,
        capabilities: tuple[str, ...] = CAPABILITIES,
        tls: ssl.SSLContext | None = None,
        start_tls: ssl.SSLContext | None = None,
        prefix: str = "",
        cut_before: str = "",
        password: str = PASSWORD,
    ) -> None:
        self.capabilities, self.tls, self.start_tls, self.prefix = capabilities, tls, start_tls, prefix
        self.cut_before, self.password = cut_before, password
        self.commands: list[str] = []
        self.encrypted = False
        self.lock = threading.Lock()
        self.folders: dict[str, dict[int, tuple[bytes, set[str]]]] = {"INBOX": {}}
        self._next = 1
        for raw in messages or []:
            self.put(raw)

    def put(self, raw: bytes, folder: str = "INBOX", flags: set[str] | None = None) -> None:
        with self.lock:
            self.folders[folder][self._next] = (raw, flags or set())
            self._next += 1

    def held(self, folder: str) -> list[bytes]:
        return [raw for raw, _ in self.folders.get(folder, {}).values()]

    @property
    def url(self) -> str:
        return f"{'imaps' if self.tls else 'imap'}://bounce%40velo.example:p%40ss%2Fword@127.0.0.1:{self.port}/INBOX"

    def __enter__(self) -> Mailboxes:
        self._server = _Server(("127.0.0.1", 0), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], mail: Mailboxes) -> None:
        self.mail = mail
        super().__init__(address, _Session)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that refuses our certificate is what a test is about."""


class _No(Exception):
    """The command is understood and refused."""


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.mail, self.selected, self.known = self.server.mail, "", False
        try:
            if self.mail.tls:
                self._encrypt(self.mail.tls)
            self._converse()
        except OSError:
            pass
        finally:
            self.rfile.close()
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            self.connection.close()

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.rfile.close()
        sock = context.wrap_socket(self.connection, server_side=True)
        self.connection, self.rfile, self.wfile = sock, sock.makefile("rb"), sock.makefile("wb", 0)  # type: ignore[assignment]
        self.mail.encrypted = True

    def _converse(self) -> None:
        self._say("* OK ready")
        while line := self._line():
            tag, _, rest = line.partition(b" ")
            words = [b"".join(found) for found in WORD.findall(rest)]
            verb = words.pop(0).decode().upper()
            if verb == "UID":
                verb = "UID " + words.pop(0).decode().upper()
            self.mail.commands.append(verb)
            if verb == self.mail.cut_before:
                self.mail.cut_before = ""
                return
            act = getattr(self, "do_" + verb.lower().replace(" ", "_"), None)
            try:
                if act is None or (
                    not self.known and verb not in ("CAPABILITY", "LOGIN", "STARTTLS", "LOGOUT", "NOOP")
                ):
                    self._say(f"{tag.decode()} BAD {verb} is unknown here")
                    continue
                with self.mail.lock:
                    done = act(*words)
                self._say(f"{tag.decode()} OK {done or 'done'}")
            except _No as error:
                self._say(f"{tag.decode()} NO {error}")
            if verb == "LOGOUT":
                return
            if verb == "STARTTLS":
                self._encrypt(self.mail.start_tls)  # type: ignore[arg-type]

    def _line(self) -> bytes:
        """Read a command with its literals (RFC 3501 4.3) folded into quoted strings."""
        line: bytes = self.rfile.readline().rstrip(b"\r\n")
        while found := re.search(rb"\{(\d+)\}$", line):
            self._say("+ go on")
            literal = self.rfile.read(int(found[1]))
            quoted = b'"' + literal.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
            line = line[: found.start()] + quoted + self.rfile.readline().rstrip(b"\r\n")
        return line

    def _say(self, text: str | bytes) -> None:
        self.wfile.write((text.encode() if isinstance(text, str) else text) + b"\r\n")

    def do_capability(self) -> None:
        more = ["STARTTLS"] if self.mail.start_tls and not self.mail.encrypted else []
        self._say("* CAPABILITY " + " ".join([*self.mail.capabilities, *more]))

    def do_starttls(self) -> None:
        if not self.mail.start_tls:
            raise _No("no certificate")

    def do_login(self, user: bytes, password: bytes) -> None:
        if (user, password.decode()) != (b"bounce@velo.example", self.mail.password):
            raise _No("[AUTHENTICATIONFAILED] Authentication failed.")
        self.known = True

    def do_noop(self) -> None:
        pass

    def do_logout(self) -> None:
        self._say("* BYE")

    def do_namespace(self) -> None:
        self._say(f'* NAMESPACE (("{self.mail.prefix}" ".")) NIL NIL')

    def do_list(self, _base: bytes, pattern: bytes) -> None:
        if pattern.decode() in self.mail.folders:
            self._say(f'* LIST () "." "{pattern.decode()}"')

    def do_create(self, name: bytes) -> None:
        if name.decode() in self.mail.folders:
            raise _No("[ALREADYEXISTS] Mailbox already exists")
        if not name.decode().startswith(self.mail.prefix):
            raise _No(f"[CANNOT] Invalid namespace: use {self.mail.prefix}")
        self.mail.folders[name.decode()] = {}

    def do_select(self, name: bytes) -> str:
        if name.decode() not in self.mail.folders:
            raise _No("[NONEXISTENT] Mailbox does not exist")
        self.selected = name.decode()
        self._say(f"* {len(self._here)} EXISTS")
        self._say("* OK [UIDVALIDITY 1] UIDs valid")
        return "[READ-WRITE] selected"

    do_examine = do_select

    @property
    def _here(self) -> dict[int, tuple[bytes, set[str]]]:
        return self.mail.folders[self.selected]

    def do_fetch(self, numbers: bytes, _items: bytes) -> None:
        wanted = {int(one) for one in numbers.split(b",")}
        for number, uid in enumerate(sorted(self._here), 1):
            if number in wanted:
                self._say(f"* {number} FETCH (UID {uid})")

    def do_uid_fetch(self, uid: bytes, items: bytes) -> None:
        found = re.fullmatch(rb"BODY\.PEEK\[\]<0\.(\d+)>", items)
        if found is None:
            raise _No("only the beginning of a message")
        if (number := int(uid)) in self._here:
            raw = self._here[number][0][: int(found[1])]
            place = sorted(self._here).index(number) + 1
            self._say(b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%s)" % (place, number, len(raw), raw))

    def do_uid_move(self, uid: bytes, folder: bytes) -> None:
        if "MOVE" not in self.mail.capabilities:
            raise _No("MOVE is not offered")
        self._copied(int(uid), folder)
        self._expunge(int(uid))

    def do_uid_copy(self, uid: bytes, folder: bytes) -> None:
        self._copied(int(uid), folder)

    def do_uid_store(self, uid: bytes, _what: bytes, flags: bytes) -> None:
        if int(uid) in self._here:
            self._here[int(uid)][1].update(flags.decode().split())

    def do_uid_expunge(self, uid: bytes) -> None:
        if "UIDPLUS" not in self.mail.capabilities:
            raise _No("UIDPLUS is not offered")
        if int(uid) in self._here and "\\Deleted" in self._here[int(uid)][1]:
            self._expunge(int(uid))

    def _copied(self, uid: int, folder: bytes) -> None:
        if folder.decode() not in self.mail.folders:
            raise _No("[TRYCREATE] Mailbox does not exist")
        if uid in self._here:
            self.mail.folders[folder.decode()][self.mail._next] = (self._here[uid][0], set())
            self.mail._next += 1

    def _expunge(self, uid: int) -> None:
        if uid in self._here:
            place = sorted(self._here).index(uid) + 1
            del self._here[uid]
            self._say(f"* {place} EXPUNGE")
