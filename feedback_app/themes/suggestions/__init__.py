"""What the machine proposes and a person decides: new themes, merges, splits, parts of a theme."""
