"""Rules tried out before they act: invented families whose year is played in memory."""
