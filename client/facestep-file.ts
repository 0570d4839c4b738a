#!/usr/bin/env node
/* The command `facestep-file`: seals and opens files with a face check on the capture page. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createFacestepClient } from './journey.js';
import { openFile, type ReleaseKey, releaseContentKey, SealedFileError, sealFile } from './sealed-file.js';
import { FacestepError } from './server-call.js';

const usage = `Encrypts files with a key that only the enrolled face releases.

  facestep-file seal --token FILE [--scope TEXT] [--accuracy 1-8] FROM TO
  facestep-file open FROM TO

--token names a file with the token from /generate; scope and accuracy are those of its creation.
FACESTEP_URL and FACESTEP_CLIENT_TOKEN name the server and a client token with the scopes verify and content-key.
`;

const advice = {
  malformed: 'This is not a sealed file.',
  refused: 'The face check did not pass. Run the command again.',
  exists: 'A file with this name appeared during the check. Choose another name.',
  changed: 'The file was changed or cut, or sealed with another key. Nothing was written.',
} as const satisfies Record<SealedFileError['code'], string>;

async function run(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      token: { type: 'string' },
      scope: { type: 'string', default: '' },
      accuracy: { type: 'string', default: '4' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [command, from, to, more] = positionals;
  const isComplete = command === 'seal' ? values.token !== undefined : command === 'open';
  if (from === undefined || to === undefined || more !== undefined || !isComplete) {
    process.stderr.write(usage);
    return 2;
  }
  if (existsSync(to)) {
    process.stderr.write(`Error: ${to} exists. Choose another name.\n`);
    return 2;
  }
  const { FACESTEP_URL: url = 'http://127.0.0.1:8080', FACESTEP_CLIENT_TOKEN: clientToken = '' } = process.env;
  const facestep = createFacestepClient({ url, clientToken, fetch });
  const showPage = (page: string): void => void process.stderr.write(`Open this page and show your face:\n${page}\n`);
  const releaseKey: ReleaseKey = (owner) => releaseContentKey(facestep, { ...owner, showPage, signal });
  const target = { from, to, releaseKey, signal, isNew: true };
  if (values.token === undefined || command === 'open') await openFile(target);
  else {
    const token = (await readFile(values.token, 'utf8')).trim();
    const owner = { token, scope: values.scope, accuracy: Number(values.accuracy) };
    await sealFile({ ...target, owner });
  }
  process.stderr.write(command === 'seal' ? 'Sealed.\n' : 'Opened.\n');
  return 0;
}

function explain(error: unknown): string {
  if (error instanceof SealedFileError) return advice[error.code];
  if (error instanceof FacestepError) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : 'unknown';
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
try {
  process.exitCode = await run(process.argv.slice(2), stop.signal);
} catch (error) {
  process.stderr.write(`Error: ${explain(error)}\n`);
  process.exitCode = 1;
}
