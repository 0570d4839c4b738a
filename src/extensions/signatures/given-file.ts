import { stat } from 'node:fs/promises';
import { FacestepError } from '../../../client/index.js';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { readGivenFile, toUnread } from '../../cli/given-file.js';

import { FaceError, faceErrorCodes } from '../../errors.js';

/** Returns a file's size, so that large files are refused without reading them. @throws UsageError */
export async function sizeOfGiven(file: string): Promise<number> {
  const found = await stat(file).catch(() => {
    throw toUnread(file);
  });
  return found.size;
}

const maxTextFileBytes = 64 * 1024;

/** Reads a small text file, without its last line break. @throws UsageError */
export async function readText(file: string): Promise<string> {
  if ((await sizeOfGiven(file)) > maxTextFileBytes)
    throw new UsageError(`${file} is too large for what it should hold`);
  return (await readGivenFile(file)).toString('utf8').replace(/\r?\n$/, '');
}

/** Returns a refusal of the client library as an error of the command line. */
export function toRefusal(error: unknown, url: string): unknown {
  if (!(error instanceof FacestepError)) return error;
  const code = faceErrorCodes.find((known) => known === error.code);
  if (code === 'connection_unknown') return new UsageError('the server has no such connection');
  return code === undefined ? new CommandError('server_unreachable', { url }) : new FaceError(code);
}

/** Runs a command on files until it ends or the user stops it. */
export async function runUntilStopped(
  { tell, endWith, untilStopped }: Pick<CliDeps, 'tell' | 'endWith' | 'untilStopped'>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  void untilStopped().then(() => controller.abort());
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    tell('Stopped. Nothing was changed.');
    endWith(1);
  }
}
