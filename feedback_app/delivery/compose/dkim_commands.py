"""The command that makes a DKIM key."""

from __future__ import annotations

import os
from pathlib import Path

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.delivery.compose import dkim_config, dkim_keys
from feedback_app.errors import N_, Refused
from feedback_app.extensions import current_settings
from feedback_app.settings import BadSetting


@click.command("dkim-key")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["rsa", "ed25519"]), default="rsa", help="Ed25519 only beside an RSA key.")
@json_option
@in_app
def dkim_key(file: Path, kind: str, as_json: bool) -> None:
    """Make a key that signs letters, and its DNS record.

    FILE gets the private half; the record to publish is printed.

    A file that exists is left alone. Publish the record first and wait until it can be seen, then let
    FEEDBACK_DKIM_KEY_FILE (FEEDBACK_DKIM_ED25519_KEY_FILE) name the file and start the worker anew.
    """
    settings = current_settings()
    key = dkim_keys.make_key(kind)
    try:
        domain = dkim_config.signing_domain(settings)
        _write(file, dkim_keys.pem(key))
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    except FileExistsError as error:
        raise Refused(N_("%(file)s exists already: name another file, or remove it first."), file=file) from error
    except OSError as error:
        raise Refused(N_("%(file)s cannot be written: %(why)s"), file=file, why=error.strerror) from error
    record = dkim_keys.public_record(key, domain, dkim_config.selector(settings, kind))
    variable = "FEEDBACK_DKIM_KEY_FILE" if kind == "rsa" else "FEEDBACK_DKIM_ED25519_KEY_FILE"
    lines = [
        f"The private key is in {file}; only its owner can read it.",
        "Publish this TXT record:",
        f"  name   {record.name}",
        f"  value  {record.value}",
        "The same as a line of a zone file:",
        f"  {record.zone_line}",
        f"When it can be seen, set {variable}={file.resolve()} and start the worker anew.",
    ]
    data = {"file": str(file.resolve()), "name": record.name, "value": record.value, "zone_line": record.zone_line}
    say(data, as_json, "\n".join(lines))


def _write(file: Path, text: str) -> None:
    """Write a new file that nobody else can read at any moment."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as opened:
        opened.write(text)
