"""The model of words: its invented messages, how it is trained, and what it finds of them."""
