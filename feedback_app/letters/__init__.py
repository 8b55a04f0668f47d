"""The letters as staff see them: what waits, what left, what is in trouble, and what can be done."""
