"""Themes that grow, return or turn: noticed by exact tests, told to those who look after them, once a week at most."""
