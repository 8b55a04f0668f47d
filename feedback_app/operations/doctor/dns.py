"""What DNS says about our letters: whether receivers will believe that they are ours.

SPF: RFC 7208. DKIM: RFC 6376. DMARC and alignment: RFC 7489 3.1, 6.6.3. Reverse names: what large providers ask of
whoever speaks to them, which is the relay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from feedback_app.delivery.compose import dkim_config
from feedback_app.delivery.compose.dkim_keys import Key
from feedback_app.operations.doctor import dns_records
from feedback_app.operations.doctor.dns_asking import Asker, CouldNotAsk
from feedback_app.operations.doctor.findings import Finding
from feedback_app.settings import BadSetting, Settings

SHOW = "`feedback-app mail dns` prints it"
LOOKUPS = 10  # what an SPF record may cost a receiver (RFC 7208 4.6.4)
COSTLY = ("include:", "a", "mx", "ptr", "exists:", "redirect=")


def examine(settings: Settings, asker: Asker) -> list[Finding]:
    """Run every check that needs DNS; without a line to it each says so."""
    try:
        domain, envelope = dns_records.from_domain(settings), dns_records.envelope_domain(settings)
        keys = dkim_config.keys(settings)
    except BadSetting as error:
        return [Finding("dns", False, str(error))]
    if "." not in domain or domain.endswith((".localdomain", ".example", ".invalid", ".test", ".localhost")):
        return [
            Finding("dns", None, f"letters come from {domain}, a name that DNS does not know: set FEEDBACK_MAIL_FROM")
        ]
    checked = [_asked("spf", lambda: _spf(asker, envelope, settings))]
    checked += [_asked(f"dkim {key.kind}", lambda key=key: _dkim(asker, key)) for key in keys]  # type: ignore[misc]
    if not keys:
        checked.append(
            Finding("dkim", None, "no key of ours: the relay must sign with d=" + domain + ", ask its pages")
        )
    checked.append(_asked("dmarc", lambda: _dmarc(asker, domain)))
    checked.append(_alignment(domain, envelope, settings, keys))
    checked.append(_asked("bounces", lambda: _exchange(asker, envelope, settings)))
    if host := dns_records.relay_host(settings):
        checked.append(_asked("reverse dns", lambda: _reverse(asker, host)))
    return checked


def _asked(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except CouldNotAsk as error:
        return Finding(name, None, f"could not ask: {error}; try again where DNS can be reached")


def _spf(asker: Asker, domain: str, settings: Settings) -> Finding:
    records = [one for one in asker.texts(domain) if one.lower().split(" ")[0] == "v=spf1"]
    if not records:
        return Finding("spf", False, f"{domain} has no SPF record: {SHOW}")
    if len(records) > 1:
        return Finding("spf", False, f"{domain} has {len(records)} SPF records and may have one: join them")
    terms = records[0].lower().split()[1:]
    if any(term in ("+all", "all") for term in terms):
        return Finding("spf", False, f"the SPF record of {domain} lets everybody send: end it with ~all or -all")
    costs = sum(term.lstrip("+-~?").startswith(COSTLY) and not term.endswith("all") for term in terms)
    if costs > LOOKUPS:
        return Finding("spf", False, f"the SPF record of {domain} asks {costs} more questions, {LOOKUPS} are allowed")
    host = dns_records.relay_host(settings)
    named = any(
        term.lstrip("+").startswith(("include:", "redirect=", "ip4:", "ip6:")) or host in term for term in terms
    )
    if host and not named and not any(term in ("a", "mx") for term in terms):
        return Finding("spf", False, f"the SPF record of {domain} names no sender: add your relay's part ({SHOW})")
    return Finding("spf", True, f"{domain}: {records[0]}")


def _dkim(asker: Asker, key: Key) -> Finding:
    name = f"dkim {key.kind}"
    published = [one for one in asker.texts(key.record.name) if "p=" in one]
    if not published:
        return Finding(name, False, f"{key.record.name} has no record, so no receiver can check a signature: {SHOW}")
    if len(published) > 1:
        return Finding(name, False, f"{key.record.name} has {len(published)} records and may have one: remove the old")
    if _tag(published[0], "p") != _tag(key.record.value, "p"):
        return Finding(name, False, f"{key.record.name} holds another key than the one that signs: {SHOW}")
    if "y" in _tag(published[0], "t").split(":"):
        return Finding(name, None, f"{key.record.name} says t=y (a test), and receivers may ignore it: remove that")
    return Finding(name, True, f"{key.record.name} holds our key")


def _dmarc(asker: Asker, domain: str) -> Finding:
    for name in _upwards(domain):
        records = [one for one in asker.texts(f"_dmarc.{name}") if one.replace(" ", "").lower().startswith("v=dmarc1")]
        if len(records) > 1:
            return Finding("dmarc", False, f"_dmarc.{name} has {len(records)} records and may have one")
        if records:
            return _policy(name, records[0])
    return Finding("dmarc", False, f"_dmarc.{domain} has no record; large providers refuse bulk mail without: {SHOW}")


def _policy(name: str, record: str) -> Finding:
    policy = _tag(record, "p").lower()
    if policy not in ("none", "quarantine", "reject"):
        return Finding("dmarc", False, f"_dmarc.{name} has no p= that is understood: {record}")
    if not _tag(record, "rua"):
        return Finding("dmarc", None, f"_dmarc.{name} asks for no reports (rua=), so nobody sees what fails")
    if policy == "none":
        words = f"_dmarc.{name} says p=none: right to begin with; quarantine, then reject, once its reports are clean"
        return Finding("dmarc", True, words)
    return Finding("dmarc", True, f"_dmarc.{name} says p={policy}")


def _upwards(domain: str) -> Iterator[str]:
    """Yield ``domain`` and those above it that have two labels or more: a record may stand at the organisation's."""
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        yield ".".join(labels[start:])


def _alignment(domain: str, envelope: str, settings: Settings, keys: list[Key]) -> Finding:
    """DMARC passes when SPF's or DKIM's domain belongs to the organisation of From."""
    signed = dkim_config.signing_domain(settings) if keys else ""
    by = [name for name, other in (("SPF", envelope), ("DKIM", signed)) if other and _related(domain, other)]
    if "DKIM" in by:
        return Finding("alignment", True, f"{' and '.join(by)} speak for {domain}")
    if by:
        words = f"only SPF speaks for {domain}, and it breaks where letters are forwarded: sign with DKIM for {domain}"
        return Finding("alignment", None, words)
    words = f"neither the envelope ({envelope}) nor a key of ours belongs to {domain}: the relay must sign for {domain}"
    return Finding("alignment", None if not keys else False, words)


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith("." + other) or other.endswith("." + one)


def _exchange(asker: Asker, domain: str, settings: Settings) -> Finding:
    if hosts := asker.exchanges(domain):
        hint = "" if settings.bounce_address else "; set FEEDBACK_BOUNCE_ADDRESS so that we read what comes back"
        return Finding("bounces", True if settings.bounce_address else None, f"{domain} takes mail at {hosts[0]}{hint}")
    if asker.addresses(domain):
        return Finding("bounces", None, f"{domain} has no MX record, only an address: set one")
    return Finding("bounces", False, f"{domain} takes no mail, so nothing can come back: it needs an MX ({SHOW})")


def _reverse(asker: Asker, host: str) -> Finding:
    addresses = asker.addresses(host)
    if not addresses:
        return Finding("reverse dns", False, f"{host} has no address in DNS: check FEEDBACK_MAIL_URL")
    for address in addresses[:2]:
        names = asker.reverse(address)
        if not any(address in asker.addresses(name) for name in names[:2]):
            words = (
                f"{address} ({host}) has no name that leads back to it. If it is your own server, ask whoever gave you"
            )
            return Finding(
                "reverse dns", None, f"{words} the address for a PTR record; a provider's sending hosts differ"
            )
    return Finding("reverse dns", True, f"{host} is known by a name that leads back to it")


def _tag(record: str, name: str) -> str:
    """Return the value of one tag of ``a=b; c=d``, without blanks inside (RFC 6376 3.2)."""
    for part in record.split(";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return "".join(value.split())
    return ""
