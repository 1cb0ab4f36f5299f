"""What is due, as functions of `now` over rows, and the ticker that asks every second."""
