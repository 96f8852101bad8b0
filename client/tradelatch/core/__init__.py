"""The core: what calls the SQL functions, and does nothing else. It imports nothing of the package around it."""
