import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

/** A file that somebody named. @throws UsageError */
export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw new UsageError(`${file} cannot be read`);
  });

/** @param file - where the text is from @throws UsageError */
export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}
