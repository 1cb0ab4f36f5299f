"""What families have answered, as files for other programs and for people who read tables."""
