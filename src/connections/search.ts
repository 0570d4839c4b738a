import type { NamedAccount } from '../core/ports.js';

/** Cognito's filter takes 256 characters in all. */
const maxTextCharacters = 200;

/** Returns true if a text can be a name. It goes into addresses and filters, in UTF-8. */
export const isSearchable = (text: string): boolean =>
  text.length <= maxTextCharacters && text.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(text);

export interface SearchedNames {
  readonly given: string;
  readonly family: string;
  readonly others: readonly string[];
}

/** Returns true if a user matches. Needed because providers may interpret wildcards or ignore the filter. */
export function isCalled(text: string, { given, family, others }: SearchedNames): boolean {
  const wanted = text.toLowerCase();
  return [given, family, ...both(given, family), ...others].some((name) => name.toLowerCase().startsWith(wanted));
}

const both = (given: string, family: string): readonly string[] => (given && family ? [`${given} ${family}`] : []);

/** Joins first and last name; `null` if both are empty. */
export const toWholeName = (given: string, family: string): string | null => `${given} ${family}`.trim() || null;

/** Limit for splitting a text into first and last name. */
const mostSpaces = 3;

/** Returns all splits into a first name and the prefix of a last name; `[]` for one word. */
export const toNameParts = (text: string): readonly { readonly given: string; readonly family: string }[] =>
  [...text.matchAll(/(?<=\S)\s+(?=\S)/g)]
    .slice(0, mostSpaces)
    .map(({ index, 0: space }) => ({ given: text.slice(0, index), family: text.slice(index + space.length) }));

/** Removes duplicate users, up to a limit. */
export const distinct = (found: readonly NamedAccount[], limit: number): readonly NamedAccount[] =>
  [...new Map(found.map((account) => [account.subject, account])).values()].slice(0, limit);
