"""From an answer to its mentions: elementary units, what they are, which of them belong together, with which tone."""
