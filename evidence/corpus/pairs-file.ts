import { BadInput } from './bad-input.js';

/** A photo in a pairs file: `Name 3` is `Name/Name_0003` with any extension. */
export interface NamedPhoto {
  readonly person: string;
  readonly number: number;
}

export interface NamedPair {
  readonly line: number;
  readonly photos: readonly [NamedPhoto, NamedPhoto];
}

/** Pairs that are judged at a threshold chosen on the other folds. */
export interface Fold {
  readonly genuine: readonly NamedPair[];
  readonly impostor: readonly NamedPair[];
}

const toCount = (text: string | undefined): number | null =>
  text !== undefined && /^[1-9]\d{0,6}$/.test(text) ? Number(text) : null;

/**
 * Parses the `pairs.txt` of Labeled Faces in the Wild: `folds n` or `n` (one fold), then for each fold `n` lines `Name
 * i j` and `n` lines `Name1 i Name2 j`. Tabs separate fields, so that names may contain spaces. A line without a tab is
 * separated by spaces.
 * @throws BadInput with the line
 * @see http://vis-www.cs.umass.edu/lfw/ (README, "Pairs")
 */
export function parsePairs(text: string): Fold[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.trim());
  const fieldsOf = (line: string): string[] =>
    line.split(line.includes('\t') ? /\t+/ : / +/).map((field) => field.trim());
  const refuse = (at: number, expected: string): never => {
    const found = at < lines.length && lines[at] !== '' ? 'this is something else' : 'there is none';
    throw new BadInput(`pairs.txt, line ${at + 1}: expected ${expected}; ${found}`);
  };
  const [first, second, ...rest] = fieldsOf(lines[0]).map(toCount);
  const [folds, pairs] = second === undefined ? [1, first] : [first, second];
  if (folds === null || pairs === null || pairs === undefined || rest.length > 0)
    return refuse(0, 'the number of folds and of pairs in each half of one, or the latter alone');

  const parseLine = (at: number, isGenuine: boolean): NamedPair => {
    const [person, ...others] = fieldsOf(lines[at] ?? '');
    const number = toCount(others[0]);
    const otherPerson = isGenuine ? person : others[1];
    const otherNumber = toCount(others.at(-1));
    if (others.length !== (isGenuine ? 2 : 3) || person === '' || number === null || otherNumber === null)
      return refuse(
        at,
        isGenuine ? 'a name and two photo numbers' : 'a name, a photo number, another name, its photo number',
      );
    return {
      line: at + 1,
      photos: [
        { person: person.normalize(), number },
        { person: otherPerson.normalize(), number: otherNumber },
      ],
    };
  };
  const parsed = Array.from({ length: folds }, (_, fold) => {
    const from = 1 + fold * 2 * pairs;
    return {
      genuine: Array.from({ length: pairs }, (_pair, at) => parseLine(from + at, true)),
      impostor: Array.from({ length: pairs }, (_pair, at) => parseLine(from + pairs + at, false)),
    };
  });
  const after = lines.findIndex((line, at) => at > folds * 2 * pairs && line !== '');
  if (after !== -1) throw new BadInput(`pairs.txt, line ${after + 1}: nothing more was expected after ${folds} folds`);
  return parsed;
}
