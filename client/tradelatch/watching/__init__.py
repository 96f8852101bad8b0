"""What people and their tools look at: alerts as they are raised, the book on one screen, metrics, an archive."""
