// Remembers a few choices of this browser; without storage everything still works.

/** The kept value, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(`kabar.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(`kabar.${name}`, JSON.stringify(value));
  } catch {
    // Storage may be closed in private windows; the choice then lasts as long as the page.
  }
}
