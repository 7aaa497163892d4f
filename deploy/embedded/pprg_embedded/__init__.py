"""The embedded world: all four services in one process, hearing one another directly."""
