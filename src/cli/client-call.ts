import { FacestepError } from '../../client/index.js';
import { FaceError, faceErrorCodes } from '../errors.js';
import { CommandError } from './command-error.js';
import { readGivenFile, sizeOfGiven } from './given-file.js';
import { UsageError } from './usage-error.js';

const maxTextFileBytes = 64 * 1024;

export function toRefusal(error: unknown, url: string): unknown {
  if (!(error instanceof FacestepError)) return error;
  const code = faceErrorCodes.find((known) => known === error.code);
  if (code === 'connection_unknown') return new UsageError('the server has no such connection');
  return code === undefined ? new CommandError('server_unreachable', { url }) : new FaceError(code);
}

export async function readText(file: string): Promise<string> {
  if ((await sizeOfGiven(file)) > maxTextFileBytes)
    throw new UsageError(`${file} is too large for what it should hold`);
  return (await readGivenFile(file)).toString('utf8').replace(/\r?\n$/, '');
}
