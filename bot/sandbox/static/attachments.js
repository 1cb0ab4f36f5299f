// What a message carries beside its words: pictures, files, numbers, voices.

import { h, icon } from './dom.js';
import { say } from './language.js';

/** An element, or null for a message of words only. */
export function attachment(message) {
  if (message.photo) return photo(message.photo.at(-1));
  if (message.document) return file(message.document);
  if (message.contact) return contact(message.contact);
  if (message.voice) return plain('voice', say('message.voice', { seconds: message.voice.duration }));
  if (message.sticker) return h('div', { class: 'sticker' }, message.sticker.emoji ?? say('message.sticker'));
  if (message.text || message.caption) return null;
  return plain('document', say('message.other'));
}

function photo(size) {
  const picture = h('img', {
    class: 'photo',
    src: `/control/files/${encodeURIComponent(size.file_id)}`,
    alt: say('message.photo'),
    width: size.width,
    height: size.height,
    loading: 'lazy',
    draggable: 'false',
  });
  // The file may be hollow (a picture known by its address only): then a symbol stands for it.
  picture.addEventListener('error', () => picture.replaceWith(plain('image', say('message.photo'))), { once: true });
  return picture;
}

function file(document) {
  const name = document.file_name ?? say('message.file');
  return plain('document', name, bytes(document.file_size));
}

function contact(shared) {
  const name = [shared.first_name, shared.last_name].filter(Boolean).join(' ');
  return plain('person', name, shared.phone_number);
}

function plain(symbol, name, note = '') {
  return h(
    'div',
    { class: 'attached' },
    h('span', { class: 'attached-symbol' }, icon(symbol)),
    h('span', { class: 'attached-words' }, h('span', { class: 'attached-name' }, name), note ? h('small', {}, note) : null),
  );
}

function bytes(size) {
  if (!size) return '';
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} KB` : `${(size / 1024 / 1024).toFixed(1)} MB`;
}
