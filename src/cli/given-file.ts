import { readFile, stat } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

/** Returns a file's size, so that large files are refused without reading them. @throws UsageError */
export const sizeOfGiven = (file: string): Promise<number> =>
  stat(file).then(
    ({ size }) => size,
    () => {
      throw toUnread(file);
    },
  );

export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}
