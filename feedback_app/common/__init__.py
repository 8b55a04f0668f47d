"""Small helpers that know no room: text, caches, keys, JSON that ships with the package, the command line."""
