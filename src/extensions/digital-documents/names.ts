import type { DocumentsConfig } from './config.js';
import type { DocumentContent } from './read.js';

/* Comparison of a document's names with those of the profile. */

/** Letters that Unicode does not decompose, in the transliteration of ICAO Doc 9303, part 3. */
const undecomposed: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'oe',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};

/** Returns the words of a name, without case, accents, hyphens and other signs. */
const wordsOf = (name: string): readonly string[] =>
  name
    .toLowerCase()
    .replace(/[ßæœøđðłıþ]/g, (letter) => undecomposed[letter] ?? letter)
    .normalize('NFKD')
    // Accents only: in other scripts, marks are vowels.
    .replace(/[\u0300-\u036f'’`]/g, '')
    .normalize('NFKC')
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '');

type FullName = Pick<DocumentContent, 'given' | 'family'>;

/** Returns true if a document names the person of the profile. */
export function namesPerson(document: FullName, profile: FullName, { names }: Pick<DocumentsConfig, 'names'>): boolean {
  const isSame = (one: string, other: string): boolean => one.normalize('NFC') === other.normalize('NFC');
  if (names === 'exact') return isSame(document.given, profile.given) && isSame(document.family, profile.family);
  const given = wordsOf(profile.given);
  const all = wordsOf(document.given);
  const family = wordsOf(profile.family).join('');
  return (
    given.length > 0 &&
    family !== '' &&
    family === wordsOf(document.family).join('') &&
    // A document has all given names.
    (given.join('') === all.join('') || given.every((word) => all.includes(word)))
  );
}
