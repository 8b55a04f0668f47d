"""The hall: page helpers, errors, headers, filters. It knows no subject."""
