"""Who we are: one row that admins edit. What stands in the environment wins over it."""
