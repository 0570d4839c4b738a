import { readFile, stat } from 'node:fs/promises';
import { FacestepError } from '../../client/index.js';
import { FaceError, faceErrorCodes } from '../errors.js';
import { UsageError } from './usage-error.js';

/*
 * What commands have in common that call the server as an application does.
 */

/** Far above any credential or token. */
const maxTextFileBytes = 64 * 1024;

/** What the server said, as this program would say it. */
export function toRefusal(error: unknown, url: string): unknown {
  if (!(error instanceof FacestepError)) return error;
  const code = faceErrorCodes.find((known) => known === error.code);
  if (code !== undefined) return new FaceError(code);
  if (error.code === 'unreachable') return new UsageError(`no server answers at ${url}. --url names another`);
  return new UsageError(`what answers at ${url} is no facestep server. --url names another`);
}

/** A credential in a file: a text of one line, whose end is no part of it. @throws UsageError; the system's errors */
export async function readText(file: string): Promise<string> {
  if ((await stat(file)).size > maxTextFileBytes) throw new UsageError(`${file} is too large for what it should hold`);
  return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
