"""Answers as staff read them: lists, summaries, statistics, exports."""
