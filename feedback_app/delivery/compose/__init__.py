"""From a row to the bytes of a message: layout, placeholders, headers, DKIM signatures."""
