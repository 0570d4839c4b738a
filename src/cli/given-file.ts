import { readFile } from 'node:fs/promises';
import { UsageError } from './command-error.js';

export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

export function parseGivenJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is no JSON`);
  }
}
