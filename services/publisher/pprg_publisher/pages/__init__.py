"""Pages of the publisher: what was learnt for everybody, drafts and imports for the office, and the notices."""
