"""A child process that encodes: JSON lists of texts in (length first), float32 rows out, until the input ends.

Loads the encoder and nothing else. Usage:
python -m feedback_app.themes.engine.vectors.encoding_process use3|e5s4|minilm8
"""

import json
import os
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from feedback_app.themes.engine.vectors.embedders import Embedder, SentenceEncoder
from feedback_app.themes.engine.vectors.large_encoders import CompactE5, CompactMiniLM

_MAKERS: dict[str, Callable[[], Embedder]] = {
    maker.name: maker for maker in (SentenceEncoder, CompactE5, CompactMiniLM)
}
_LENGTH = struct.Struct("<Q")


def serve(embedder: Embedder, questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer each question until there are no more."""
    embedder.encode(["ready"])  # reads the model while the first question is on its way
    while len(head := questions.read(_LENGTH.size)) == _LENGTH.size:
        texts = json.loads(questions.read(_LENGTH.unpack(head)[0]))
        answers.write(embedder.encode(texts).astype("<f4").tobytes())
        answers.flush()


def main() -> None:
    """Serve on standard input and output; whatever else would be printed goes to the error stream."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(_MAKERS[sys.argv[1]](), sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
