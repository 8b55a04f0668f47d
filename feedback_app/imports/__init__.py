"""How files come in: encodings, delimiters, uploads, addresses already seen."""
