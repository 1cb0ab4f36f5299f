// Two buttons in one place, of which one is there at a time: play and pause, kill and start.

/** Show `first` when `is`, else `second`; the focus stays where the eye is. */
export function showOne(first, second, is) {
  const [shown, gone] = is ? [first, second] : [second, first];
  if (!shown.hidden && gone.hidden) return;
  const hadFocus = document.activeElement === gone;
  shown.hidden = false;
  gone.hidden = true;
  if (hadFocus) shown.focus();
}
