"""A person's words as a letter prints them. Pure."""
