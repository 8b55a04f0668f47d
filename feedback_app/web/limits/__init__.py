"""How much of one request, and how many requests, a stranger may ask for."""
