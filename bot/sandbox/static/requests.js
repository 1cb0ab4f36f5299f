// Asks the sandbox and turns what it refuses into one short sentence.

import { language, say } from './language.js';

/** What was asked for could not be done; `message` is for the reader. */
export class Refused extends Error {}

export function get(path) {
  return ask('GET', path);
}

export function post(path, body = {}) {
  return ask('POST', path, body);
}

export function remove(path) {
  return ask('DELETE', path);
}

/** The answer, or null where there is no such thing (a sandbox without a stage). */
export async function getIfThere(path) {
  const reply = await fetch(path).catch(() => null);
  if (reply === null) throw new Refused(say('error.unreachable'));
  if (reply.status === 404) return null;
  if (!reply.ok) throw new Refused(sentence(reply.status, await body(reply)));
  return reply.json();
}

async function ask(method, path, content) {
  const how = { method };
  if (content !== undefined) {
    how.body = JSON.stringify(content);
    how.headers = { 'Content-Type': 'application/json' };
  }
  const reply = await fetch(path, how).catch(() => null);
  if (reply === null) throw new Refused(say('error.unreachable'));
  const answer = await body(reply);
  if (!reply.ok) throw new Refused(sentence(reply.status, answer));
  return answer;
}

async function body(reply) {
  return reply.json().catch(() => ({}));
}

// The emulator speaks to developers, in English; these are the refusals a person can meet on a phone.
const KNOWN = [
  [/offline/i, 'error.offline'],
  [/blocked on this phone/i, 'error.blocked'],
  [/48 hours/i, 'error.old'],
  [/no such button|no inline buttons|No button/i, 'error.button'],
  [/No message/i, 'error.message'],
  [/No bot has called/i, 'error.no-bot'],
  [/deleted the account/i, 'error.deactivated'],
  [/no phone number/i, 'error.no-number'],
  [/opens something else/i, 'error.link'],
  [/1 to 4096/i, 'error.length'],
];

function sentence(status, answer) {
  if (answer.says) return answer.says[language()] ?? answer.says.id;
  const words = String(answer.error ?? '');
  const known = KNOWN.find(([pattern]) => pattern.test(words));
  if (known) return say(known[1]);
  if (status === 413) return say('error.size');
  return words ? say('error.other', { words }) : say('error.status', { status });
}
