"""A trading day that is drawn from one seed, on a real PostgreSQL."""
