// Moments as people in western Indonesia read them: WIB, UTC+7 the whole year.

import { language } from './language.js';

const WIB_S = 7 * 3600;
const DAYS = {
  id: ['Minggu', 'Senin', 'Selasa', 'Rabu', 'Kamis', 'Jumat', 'Sabtu'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};
const MONTHS = {
  id: ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember'],
  en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
};

/** Unix seconds of an ISO moment; null stays null. */
export function seconds(iso) {
  return iso ? Date.parse(iso) / 1000 : null;
}

/** 09.00 (id) or 09:00 (en). */
export function hour(at) {
  const there = inWib(at);
  const parts = [there.getUTCHours(), there.getUTCMinutes()].map((part) => String(part).padStart(2, '0'));
  return parts.join(language() === 'id' ? '.' : ':');
}

/** Senin, 14 Juli 2025. */
export function longDay(at) {
  const there = inWib(at);
  return `${weekday(at)}, ${there.getUTCDate()} ${MONTHS[language()][there.getUTCMonth()]} ${there.getUTCFullYear()}`;
}

/** Sen 14 Jul 2025. */
export function shortDay(at) {
  const there = inWib(at);
  const month = MONTHS[language()][there.getUTCMonth()].slice(0, 3);
  return `${weekday(at).slice(0, 3)} ${there.getUTCDate()} ${month} ${there.getUTCFullYear()}`;
}

/** The separator above a day's messages: the year only when it is not this one. */
export function chatDay(at, now) {
  const [day, today] = [dayNumber(at), dayNumber(now)];
  if (day === today) return language() === 'id' ? 'Hari ini' : 'Today';
  if (day === today - 1) return language() === 'id' ? 'Kemarin' : 'Yesterday';
  const there = inWib(at);
  const date = `${there.getUTCDate()} ${MONTHS[language()][there.getUTCMonth()]}`;
  return there.getUTCFullYear() === inWib(now).getUTCFullYear() ? date : `${date} ${there.getUTCFullYear()}`;
}

/** When something is due, as short as the distance allows. */
export function due(at, now) {
  const ahead = dayNumber(at) - dayNumber(now);
  if (ahead <= 0) return hour(at);
  if (ahead < 7) return `${weekday(at).slice(0, 3)} ${hour(at)}`;
  const there = inWib(at);
  return `${there.getUTCDate()} ${MONTHS[language()][there.getUTCMonth()].slice(0, 3)}`;
}

/** A number that changes at midnight WIB. */
export function dayNumber(at) {
  return Math.floor((at + WIB_S) / 86_400);
}

function weekday(at) {
  return DAYS[language()][inWib(at).getUTCDay()];
}

function inWib(at) {
  return new Date((at + WIB_S) * 1000);
}
