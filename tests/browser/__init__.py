"""A package, so that one world and one browser serve all of it and end with it."""
