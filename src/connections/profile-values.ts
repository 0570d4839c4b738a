import { foldCase } from '../core/fold-case.js';
import type { Log, NamedAccount } from '../core/ports.js';
import { maxTokenCharacters, SealedToken } from '../core/secrets.js';

/** Maximum length of a login, in characters. Okta allows 100, Entra 113, Cognito 128. */
const maxLoginCharacters = 256;

/**
 * Returns true if an untrusted text can be a login and, encoded, is safe in a URL. A login may contain spaces, but not
 * begin or end with one. Unpaired surrogates are refused, because they have no UTF-8 form.
 */
export const isLogin = (text: string): boolean =>
  text.length <= maxLoginCharacters && /^[^\s\p{C}]+(?: +[^\s\p{C}]+)*$/u.test(text) && !/^\.+$/.test(text);

/** Compares in lower case and NFC. Full case folding would also join different logins, such as `straße` and `strasse`. */
export const isSameLogin = (one: string, other: string): boolean =>
  one.normalize('NFC').toLowerCase() === other.normalize('NFC').toLowerCase();

const maxTextCharacters = 200;

export const isSearchable = (text: string): boolean =>
  text.length <= maxTextCharacters && text.trim() !== '' && !/[\p{Cc}\p{Cs}]/u.test(text);

interface SearchedNames {
  readonly given: string;
  readonly family: string;
  readonly others: readonly string[];
}

/**
 * Returns true if a user matches the text. Search results are checked again here, because providers may interpret
 * wildcards or ignore a filter.
 */
export function matchesName(text: string, { given, family, others }: SearchedNames): boolean {
  const prefix = foldAccents(text);
  return [given, family, ...both(given, family), ...others].some((name) => foldAccents(name).startsWith(prefix));
}

/** Directories find "José" for "Jose". */
const foldAccents = (text: string): string => foldCase(text).normalize('NFD').replace(/\p{M}/gu, '');

const both = (given: string, family: string): readonly string[] => (given && family ? [`${given} ${family}`] : []);

export const toWholeName = (given: string, family: string): string | null => `${given} ${family}`.trim() || null;

const mostSpaces = 3;

export const toNameParts = (text: string): readonly { readonly given: string; readonly family: string }[] =>
  [...text.matchAll(/(?<=\S)\s+(?=\S)/g)]
    .slice(0, mostSpaces)
    .map(({ index, 0: space }) => ({ given: text.slice(0, index), family: text.slice(index + space.length) }));

const distinct = (found: readonly NamedAccount[], limit: number): readonly NamedAccount[] =>
  [...new Map(found.map((account) => [account.subject, account])).values()].slice(0, limit);

/**
 * Waits for all lists of a search.
 * @param found - receives the users of the lists that the provider answered
 * @throws the error of a list that failed
 */
export async function joinLists(
  lists: readonly Promise<readonly NamedAccount[]>[],
  limit: number,
  found: NamedAccount[],
): Promise<readonly NamedAccount[]> {
  const settled = await Promise.allSettled(lists);
  const users = settled.flatMap((list) => (list.status === 'fulfilled' ? list.value : []));
  found.push(...distinct(users, limit));
  const failed = settled.find((list) => list.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return found;
}

export function toStoredToken(
  value: unknown,
  { attribute, log }: { readonly attribute: string; readonly log: Log },
): SealedToken | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && value.length <= maxTokenCharacters) return new SealedToken(value);
  log.warn('the attribute holds something else than a token', { attribute });
  return null;
}

/** Normalizes a phone number to E.164. @returns `null` if it has no country code */
export function toPhoneNumber(text: string | null | undefined): string | null {
  const number = (text ?? '').replace(/\(0\)|[\s()./\p{Pd}\p{Cf}]/gu, '');
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
