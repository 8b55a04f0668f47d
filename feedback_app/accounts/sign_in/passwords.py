"""Which passwords are fit to guard an account. Pure.

Length counts, composition rules do not (NIST SP 800-63B-4, 3.1.1.2): at least 12 signs, nothing that is guessed first
because it repeats itself or is made of what everybody knows about the account.
"""

from __future__ import annotations

import re

from feedback_app.errors import N_

SHORTEST = 12
LONGEST = 1000  # far beyond any manager's; a bound all the same, so that nobody hashes a novel
FEWEST_SIGNS = 5
ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789", "98765432109876543210")
COMMON = ("password", "passphrase", "haslo", "hasło", "welcome", "witaj", "letmein", "changeme", "secret", "admin")

TOO_SHORT = N_("Choose at least 12 signs; a few words in a row are easy to remember.")
TOO_LONG = N_("Choose at most 1000 signs.")
TOO_PLAIN = N_("This would be guessed early: use more different signs, such as a few words in a row.")
TOO_NEAR = N_("Leave out what others know: your name, your address, or the name of the organisation.")


def trouble(password: str, *known: str) -> str:
    """Return what is wrong with ``password`` (a message to translate), "" when it will do.

    ``known`` are words that others know: name, address, organisation.
    """
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    folded = password.casefold()
    if len(set(folded)) < FEWEST_SIGNS or _rest(folded, (*ROWS, *COMMON)) < FEWEST_SIGNS:
        return TOO_PLAIN
    return TOO_NEAR if _rest(folded, _words(known)) < FEWEST_SIGNS else ""


def _words(known: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of three letters and more in ``known``, the longest first."""
    found = {word for text in known for word in re.split(r"[\W_]+", text.casefold()) if len(word) >= 3}
    return tuple(sorted(found, key=len, reverse=True))


def _rest(folded: str, words: tuple[str, ...]) -> int:
    """Return how many letters or digits are left when runs found in ``words`` are taken out."""
    for word in words:
        folded = folded.replace(word, "")
        for size in range(len(word), 3, -1):
            for start in range(len(word) - size + 1):
                folded = folded.replace(word[start : start + size], "")
    return sum(sign.isalnum() for sign in folded)
