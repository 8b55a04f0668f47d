"""Questions to DNS with a short patience: an answer, none there, or nobody to ask; never a crash, never a long wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import dns.exception
import dns.rdatatype
import dns.resolver
import dns.reversename

PATIENCE = 3.0  # seconds for one question, all servers and tries together


class CouldNotAsk(Exception):
    """No name server answered; the message says why."""


@dataclass
class Asker:
    """Asks ``resolver``, or the one of this machine. After two silences it asks no more: the line is down."""

    resolver: dns.resolver.Resolver | None = None
    silences: int = field(default=0, init=False)

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of ``name``, each as one string. Raises CouldNotAsk."""
        return [b"".join(one.strings).decode("utf-8", "replace") for one in self._ask(name, "TXT")]

    def exchanges(self, name: str) -> list[str]:
        """Return the hosts that take mail for ``name``, the preferred first. Raises CouldNotAsk."""
        found = sorted(self._ask(name, "MX"), key=lambda one: one.preference)
        return [one.exchange.to_text().rstrip(".") for one in found]

    def addresses(self, name: str) -> list[str]:
        """Return the IP addresses of a host. Raises CouldNotAsk."""
        return [one.address for kind in ("A", "AAAA") for one in self._ask(name, kind)]

    def reverse(self, address: str) -> list[str]:
        """Return the names that an IP address says it has. Raises CouldNotAsk."""
        name = dns.reversename.from_address(address).to_text()
        return [one.target.to_text().rstrip(".") for one in self._ask(name, "PTR")]

    def _ask(self, name: str, kind: str) -> list[Any]:
        if self.silences > 1:
            raise CouldNotAsk("no name server answers")
        try:
            resolver = self.resolver or dns.resolver.get_default_resolver()
            return list(resolver.resolve(name, kind, lifetime=PATIENCE, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, ValueError) as error:
            self.silences += 1
            raise CouldNotAsk(f"no name server answers for {name} ({type(error).__name__})") from error
