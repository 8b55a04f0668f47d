"""The worker process and its list of jobs."""
