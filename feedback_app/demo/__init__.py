"""One believable company, so that every page has something to show."""
