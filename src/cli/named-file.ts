import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileExists } from '../config/data-files.js';
import { parseJson } from '../core/base/json.js';
import { UsageError } from './command-error.js';

export const readGivenFile = (file: string): Promise<Buffer> =>
  readFile(file).catch(() => {
    throw toUnread(file);
  });

export const toUnread = (file: string): UsageError => new UsageError(`${file} cannot be read`);

export function parseGivenJson(text: string, file: string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new UsageError(`${file} is not JSON`);
  return value;
}

/** Checks that a file can have this name. @throws UsageError if one has it, or its folder does not exist; system errors */
export async function checkNameFree(file: string): Promise<void> {
  if (await fileExists(file))
    throw new UsageError(`${file} is there already, and is not overwritten. --out takes another name`);
  const folder = dirname(file);
  if (!(await fileExists(folder))) throw new UsageError(`the folder ${folder} does not exist`, 'Create it first.');
}
