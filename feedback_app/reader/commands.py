"""``feedback-app reader``: try the language model the settings name, ask it what is due, read its log."""

from __future__ import annotations

import click

from feedback_app.common.cli_helpers import in_app, json_option, say
from feedback_app.errors import N_, Refused
from feedback_app.extensions import current_settings
from feedback_app.reader import asking, queries
from feedback_app.reader.models import ReaderRequest
from feedback_app.reader.protocol.answers import BadAnswer
from feedback_app.reader.protocol.client import Endpoint, Trouble

OFF = N_("The reader is off: set FEEDBACK_READER_URL and FEEDBACK_READER_MODEL (docs/reader.md).")


@click.group()
def reader() -> None:
    """A language model of your choice, off unless the settings name one.

    It may propose names, summaries, tones and whether words fit a change. A person accepts each proposal; nothing
    happens without one. Names, addresses and numbers of people are masked before anything is sent. docs/reader.md
    says how to use a local one (Ollama, llama.cpp, vLLM).
    """


@reader.command("try")
@json_option
@in_app
def try_(as_json: bool) -> None:
    """Send three sentences that no customer said, and show what comes back.

    Nothing is read from the database or written into it. Exits with 1 when there is no usable answer.
    """
    endpoint = _endpoint()
    try:
        tones, reply = asking.attempt(endpoint)
    except Trouble as error:
        raise click.ClickException(f"{endpoint.model} at {endpoint.host} gave no answer ({error}).") from error
    except BadAnswer as error:
        said = f"{endpoint.model} at {endpoint.host} answered, but not as asked ({error})."
        raise click.ClickException(f"{said} Try another FEEDBACK_READER_FORMAT or another model.") from error
    heard = [{"text": text, "tone": tones[at]} for at, text in enumerate(asking.EXAMPLES, 1)]
    cost = "" if reply.tokens_in is None else f", {reply.tokens_in} + {reply.tokens_out or 0} tokens"
    lines = [f"{endpoint.model} at {endpoint.host} answered in {reply.seconds:.1f} s{cost}:"]
    lines += [f"  {one['tone']:<9}  {one['text']}" for one in heard]
    data = {"model": endpoint.model, "host": endpoint.host, "seconds": round(reply.seconds, 3), "tones": heard}
    say(data, as_json, "\n".join(lines))


@reader.command("ask")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", help="At most so many questions (FEEDBACK_READER_REQUESTS)."
)
@json_option
@in_app
def ask(limit: int | None, as_json: bool) -> None:
    """Ask what is due now, as the worker does every five minutes; run it again to go on.

    Sends customers' words, masked, to the endpoint of the settings. What was answered is never asked again.
    """
    endpoint = _endpoint()
    counts = asking.ask_due(endpoint, limit or current_settings().reader_requests)
    data = {"asked": counts["asked"], "failed": counts["no use"], "proposals": counts["proposals"]}
    said = f"{data['asked']} asked, {data['proposals']} proposals, {data['failed']} of no use."
    say(data, as_json, said if data["asked"] else "Nothing is due.")


@reader.command("log")
@click.option("--limit", type=click.IntRange(1, 1000), default=30, show_default=True, help="How many requests.")
@json_option
@in_app
def log(limit: int, as_json: bool) -> None:
    """List what was sent: when, where, about what, how many words, what came back, and its cost in tokens.

    Then, for the model of the settings, how often people agreed with it. No customer's words are kept here.
    """
    rows = [_row(one) for one in queries.log(1, limit).items]
    model = current_settings().reader_model
    rates = {task: {"hits": one.hits, "cases": one.cases} for task, one in queries.rates(model).items()}
    lines = [_line(one) for one in rows] or ["Nothing was sent."]
    if model:
        lines += [f"{task}: people agree in {one['hits']} of {one['cases']}" for task, one in rates.items()]
    say({"requests": rows, "rates": rates}, as_json, "\n".join(lines))


def _row(one: ReaderRequest) -> dict[str, object]:
    names = (
        "id", "asked_at", "host", "model", "task", "subject_id", "texts", "words", "state", "code", "detail",
        "proposals", "tokens_in", "tokens_out",
    )  # fmt: skip
    return {name: getattr(one, name) for name in names}


def _line(row: dict[str, object]) -> str:
    told = f"{row['proposals']} proposals" if row["state"] == "ok" else f"{row['code']} {row['detail']}".strip()
    cost = "" if row["tokens_in"] is None else f"  {row['tokens_in']}+{row['tokens_out'] or 0} tokens"
    about = f"{row['task']} {row['subject_id']}"
    when = f"{row['asked_at']:%Y-%m-%d %H:%M}"
    return f"{when}  {row['host']}  {row['model']}  {about}  {row['words']} words  {row['state']}: {told}{cost}"


def _endpoint() -> Endpoint:
    endpoint = asking.endpoint_of(current_settings())
    if endpoint is None:
        raise Refused(OFF)
    return endpoint
