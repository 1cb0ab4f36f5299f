"""The same conversation with what others would use, each in its best mode."""
