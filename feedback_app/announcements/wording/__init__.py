"""The words of an announcement: ready-made texts, phrases, names, typography."""
