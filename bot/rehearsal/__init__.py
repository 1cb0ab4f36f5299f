"""Rules tried out before they act: on stored history, and on invented families."""
