"""What an operator should know before the first letter leaves: database, worker, relay, DNS."""
