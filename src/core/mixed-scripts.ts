import type { Action } from './action.js';

/*
 * Detects words of mixed scripts, like "pаypal" with a Cyrillic "а". Follows the level "highly restrictive" of Unicode
 * Technical Standard 39, section 5.2.
 */

const alphabets =
  'Latin Cyrillic Greek Armenian Hebrew Arabic Syriac Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada ' +
  'Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Khmer Mongolian Lisu Coptic Bopomofo Han ' +
  'Hiragana Katakana';
const combinations = ['Latin Han Hiragana Katakana', 'Latin Han Hangul', 'Latin Han Bopomofo'];

const classOf = (scripts: string): string => scripts.replace(/\w+/g, '\\p{scx=$&}').replaceAll(' ', '');
const known = new RegExp(`[${classOf(alphabets)}]`, 'u');
const unmixed = [...alphabets.split(' '), ...combinations].map(
  (scripts) => new RegExp(`^[${classOf(`${scripts} Common Inherited`)}]+$`, 'u'),
);

const isMixed = (word: string): boolean => known.test(word) && !unmixed.some((pattern) => pattern.test(word));

/** Returns true if a word of the action mixes scripts, so that it may look like another word. */
export const hasMixedScripts = ({ title, lines = [], payee = '', document }: Action): boolean =>
  [title, ...lines, payee, document?.name ?? ''].some((text) =>
    (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).some(isMixed),
  );
