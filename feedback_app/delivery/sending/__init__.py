"""The sender: connections, SMTP sessions, what is in flight, and the folder that stands in for a relay."""
