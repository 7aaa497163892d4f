"""Every event there is, in one file for each service that says it."""
