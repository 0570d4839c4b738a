import * as z from 'zod/mini';
import { type Action, actionGuard, toCanonical } from '../../client/action.js';
import { digestOf } from './secrets.js';

export { type Action, actionType } from '../../client/action.js';

/** An action that the user approves. Its digest is fixed when the step-up starts. */
export interface NamedAction {
  readonly words: Action;
  /** SHA-256 of the action's canonical JSON, in hexadecimal. */
  readonly digest: string;
}

/**
 * Returns true if the amount has all decimals of its currency. `12.5 EUR` has not, so it could be a truncated amount.
 */
function isWrittenOut({ amount }: Action): boolean {
  if (amount === undefined) return true;
  const { value, currency } = amount;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return (value.split('.')[1] ?? '').length === format.resolvedOptions().maximumFractionDigits;
}

export const requestedAction = actionGuard.check(z.refine(isWrittenOut, { path: ['amount'] }));

export const nameAction = (words: Action): NamedAction => ({
  words,
  digest: digestOf(toCanonical(words)).toString('hex'),
});

const notedCharacters = 40;

export function toAuditFields({ words, digest }: NamedAction): {
  readonly actionDigest: string;
  readonly title: string;
} {
  const characters = [...new Intl.Segmenter('en').segment(words.title)].map(({ segment }) => segment);
  const isWhole = characters.length <= notedCharacters;
  const title = isWhole ? words.title : `${characters.slice(0, notedCharacters - 1).join('')}…`;
  return { actionDigest: digest, title };
}

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
const createScriptPatterns = () => ({
  known: new RegExp(`[${classOf(alphabets)}]`, 'u'),
  unmixed: [...alphabets.split(' '), ...combinations].map(
    (scripts) => new RegExp(`^[${classOf(`${scripts} Common Inherited`)}]+$`, 'u'),
  ),
});

/** Created for the first action, because compiling them takes longer than most modules take to load. */
let patterns: ReturnType<typeof createScriptPatterns> | null = null;

function isMixed(word: string): boolean {
  patterns ??= createScriptPatterns();
  return patterns.known.test(word) && !patterns.unmixed.some((pattern) => pattern.test(word));
}

/** Returns true if a word of the action mixes scripts, so that it may look like another word. */
export const hasMixedScripts = ({ title, lines = [], payee = '', document }: Action): boolean =>
  [title, ...lines, payee, document?.name ?? ''].some((text) =>
    (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).some(isMixed),
  );
