"""Figures and charts of a codebook: counts, trends, satisfaction against frequency."""
