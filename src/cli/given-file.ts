import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/** A file that somebody named. @throws UsageError */
export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

/** How many bytes it has: what is far too large is not read. @throws UsageError */
export const sizeOfGiven = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => {
      throw toUnread(file);
    },
  );

/** What is said of a file that somebody named. */
export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

/** @param file - where the text is from @throws UsageError */
export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}
