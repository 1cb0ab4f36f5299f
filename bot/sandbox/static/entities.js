// The text of a message with its formatting, as elements. Links look like links and lead nowhere.

import { h } from './dom.js';

const TAGS = { bold: 'strong', italic: 'em', underline: 'u', strikethrough: 's', code: 'code', pre: 'code', blockquote: 'q' };
const LINKS = new Set(['url', 'text_link', 'email', 'phone_number', 'mention', 'text_mention', 'hashtag', 'bot_command']);

/** Nodes for a text; offsets count UTF-16 units, as Telegram's and JavaScript's do. */
export function formatted(text, entities = []) {
  if (entities.length === 0) return [text];
  const borders = new Set([0, text.length]);
  for (const { offset, length } of entities) borders.add(offset).add(Math.min(offset + length, text.length));
  const cuts = [...borders].sort((one, other) => one - other);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1];
    const over = entities.filter(({ offset, length }) => offset <= start && offset + length >= end);
    return over.reduce((inside, entity) => dressed(inside, entity), text.slice(start, end));
  });
}

function dressed(inside, entity) {
  if (entity.type in TAGS) return h(TAGS[entity.type], { class: entity.type === 'pre' ? 'pre' : null }, inside);
  if (LINKS.has(entity.type)) return h('span', { class: 'link', title: entity.url ?? null }, inside);
  if (entity.type === 'spoiler') return h('span', { class: 'spoiler', tabindex: 0 }, inside);
  return inside;
}
