import * as z from 'zod/mini';
import { type Action, actionGuard, toCanonical } from '../../client/action.js';
import { digestOf } from './digest.js';

export { type Action, actionType } from '../../client/action.js';

/** An action to be approved, and its digest, which is fixed as the step-up is started. */
export interface NamedAction {
  readonly words: Action;
  /** SHA-256 of the canonical JSON, 64 hexadecimal digits. */
  readonly digest: string;
}

/** As many digits after the point as the currency has: of 12.5 EUR nobody knows whether a digit got lost. */
function isWrittenOut({ amount }: Action): boolean {
  if (amount === undefined) return true;
  const { value, currency } = amount;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return (value.split('.')[1] ?? '').length === format.resolvedOptions().maximumFractionDigits;
}

/** An action as a caller asks for it. */
export const requestedAction = actionGuard.check(z.refine(isWrittenOut, { path: ['amount'] }));

/** Fixes the digest of an action. */
export const nameAction = (words: Action): NamedAction => ({
  words,
  digest: digestOf(toCanonical(words)).toString('hex'),
});

/** As much of a title as is noted; the digest stands for the rest. */
const notedCharacters = 40;

/** What the trail and the log are told of an action: its digest, and its title as far as a list has room for it. */
export function toNoted({ words, digest }: NamedAction): { readonly actionDigest: string; readonly title: string } {
  const characters = [...new Intl.Segmenter('en').segment(words.title)].map(({ segment }) => segment);
  const isWhole = characters.length <= notedCharacters;
  const title = isWhole ? words.title : `${characters.slice(0, notedCharacters - 1).join('')}…`;
  return { actionDigest: digest, title };
}
