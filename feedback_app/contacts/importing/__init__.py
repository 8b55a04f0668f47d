"""Lists of people from a file: tried, then applied or dropped."""
