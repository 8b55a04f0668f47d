"""Letters as rows: claimed with a lease, settled by what became of them, put back after a crash."""
