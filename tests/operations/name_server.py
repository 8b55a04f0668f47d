"""A name server on loopback that knows what a test tells it, and a resolver that asks nobody else."""

from __future__ import annotations

import socket
import threading
from types import TracebackType

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset


class NameServer:
    """``NameServer({("example.org", "TXT"): ['"v=spf1 -all"']})``; without ``answers`` it hears and says nothing."""

    def __init__(self, records: dict[tuple[str, str], list[str]], *, answers: bool = True) -> None:
        self._records = {(name.lower(), kind): values for (name, kind), values in records.items()}
        self._answers = answers
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> NameServer:
        self._thread.start()
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join(10)
        self._socket.close()

    @property
    def resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self._socket.getsockname()[1]
        return resolver

    def _serve(self) -> None:
        while True:
            wire, whence = self._socket.recvfrom(4096)
            if not wire:
                return
            if self._answers:
                self._socket.sendto(self._reply(wire), whence)
            else:
                self.asked.append(("", ""))

    def _reply(self, wire: bytes) -> bytes:
        question = dns.message.from_wire(wire)
        reply = dns.message.make_response(question)
        reply.flags |= dns.flags.RA | dns.flags.AA
        name = question.question[0].name
        kind = dns.rdatatype.to_text(question.question[0].rdtype)
        plain = name.to_text(omit_final_dot=True).lower()
        self.asked.append((plain, kind))
        if values := self._records.get((plain, kind)):
            reply.answer.append(dns.rrset.from_text_list(name, 300, "IN", kind, values))
        elif not any(known == plain for known, _ in self._records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()
