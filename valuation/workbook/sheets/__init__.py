"""One sheet a file: what stands on it, and whether a case needs it."""
