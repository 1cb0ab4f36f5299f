// One short line at the foot of the page for what could not be done, and the quiet voice of screen readers.

import { setText } from './dom.js';
import { Refused, post } from './requests.js';

const SHOWN_MS = 6000;
const line = document.getElementById('notice');
const voice = document.getElementById('voice');
let timer = 0;

export function complain(sentence) {
  clearTimeout(timer);
  line.textContent = sentence;
  line.classList.add('is-shown');
  timer = setTimeout(() => line.classList.remove('is-shown'), SHOWN_MS);
}

/** Read out, never shown; only for what somebody waits for. */
export function announce(sentence) {
  setText(voice, sentence);
}

/** Run a request; a refusal is shown and answered with null. */
export async function attempt(request) {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    complain(error.message);
    return null;
  }
}

/** Ask the stage for something; what changes comes back through the live line. */
export function askStage(part, body) {
  return attempt(post(`/stage/${part}`, body));
}
