import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/** Reads a file from the command line. @throws UsageError */
export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

/** Returns the size, to reject large files unread. @throws UsageError */
export const sizeOfGiven = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => {
      throw toUnread(file);
    },
  );

/** Creates the error for an unreadable file. */
export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

/**
 * Parses a file's JSON.
 * @throws UsageError
 */
export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}
