"""Composing a survey: sections, questions, options, order."""
