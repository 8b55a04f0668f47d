"""Ranking mentions for a change: vectors, subjects, what was judged, and what a rank is worth. Pure."""
