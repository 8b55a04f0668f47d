"""Text: sentences, clauses, tokens, lemmas, languages, phrases."""
