// What messages without words are called: keys of the page's words.

const NAMES = {
  photo: 'message.photo',
  voice: 'message.voice',
  audio: 'message.audio',
  video: 'message.video',
  video_note: 'message.video',
  animation: 'message.video',
  document: 'message.file',
  sticker: 'message.sticker',
  location: 'message.place',
};

/** The key for this message. */
export function nameOf(message) {
  const kind = Object.keys(NAMES).find((one) => message[one]);
  return kind ? NAMES[kind] : 'message.other';
}
