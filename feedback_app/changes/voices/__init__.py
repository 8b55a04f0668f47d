"""Voices: the mentions a change answers, ranked by its words, judged by people, and quoted whole."""
