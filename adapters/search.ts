import type { NamedAccount } from '../src/core/ports.js';

/** Longest text that is searched for: names are shorter, and Cognito's filter takes 256 characters in all. */
const maxTextCharacters = 200;

/** Whether a text could be how somebody is called: it goes into addresses and filters, in UTF-8. */
export const isSearchable = (text: string): boolean =>
  text.length <= maxTextCharacters && text.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(text);

/** The names that a search looks through. */
export interface SearchedNames {
  readonly given: string;
  readonly family: string;
  /** What else they are called by: the whole name, logins, addresses. */
  readonly others: readonly string[];
}

/**
 * Whether somebody is called so. It is asked where a provider may find more than was asked for: one that reads signs in the
 * text as more than themselves, or that passes over the filter.
 */
export function isCalled(text: string, { given, family, others }: SearchedNames): boolean {
  const wanted = text.toLowerCase();
  return [given, family, ...both(given, family), ...others].some((name) => name.toLowerCase().startsWith(wanted));
}

const both = (given: string, family: string): readonly string[] => (given && family ? [`${given} ${family}`] : []);

/** A whole name from its two parts; `null` without any. */
export const toWholeName = (given: string, family: string): string | null => `${given} ${family}`.trim() || null;

/** Names are asked about as two parts at the first spaces alone: what is longer is hardly a name. */
const mostSpaces = 3;

/** A first name and the beginning of a last name, by every way to part a text into two; `[]` where it is one word. */
export const toNameParts = (text: string): readonly { readonly given: string; readonly family: string }[] =>
  [...text.matchAll(/(?<=\S)\s+(?=\S)/g)]
    .slice(0, mostSpaces)
    .map(({ index, 0: space }) => ({ given: text.slice(0, index), family: text.slice(index + space.length) }));

/** Each user once, however often they were found, and so many at most. */
export const distinct = (found: readonly NamedAccount[], limit: number): readonly NamedAccount[] =>
  [...new Map(found.map((account) => [account.subject, account])).values()].slice(0, limit);
