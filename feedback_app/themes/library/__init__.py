"""Subjects of customer feedback by sector, with sentences in every shipped language; read by `reader`."""
