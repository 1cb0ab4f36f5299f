"""What should happen: pure decisions and the content they are made from."""
