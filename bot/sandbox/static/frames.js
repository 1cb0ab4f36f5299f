// Gathers what changed and draws it once per frame, so that a played month stays smooth.

const waiting = new Set();
let asked = false;

/** Run `draw` before the next paint; asked for twice it runs once. */
export function soon(draw) {
  waiting.add(draw);
  if (asked) return;
  asked = true;
  // A page in the background gets no frames, but what it holds must not pile up.
  if (document.hidden) setTimeout(flush, 100);
  else requestAnimationFrame(flush);
}

function flush() {
  asked = false;
  const now = [...waiting];
  waiting.clear();
  for (const draw of now) draw();
}

// A frame asked for just before the page went to the background would never come.
document.addEventListener('visibilitychange', () => {
  if (waiting.size > 0) flush();
});
