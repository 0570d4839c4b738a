import type { Check, Finding } from '../../../adapters/provisioning.js';
import { type DataFiles, isThere } from '../../config/data-files.js';
import type { Clock, Fetch, Log, Random } from '../../core/ports.js';
import { createLocalKeys } from '../../keys/local.js';
import { readPublicKeys } from '../public-keys.js';
import { ask, noAnswer } from './public-address.js';

interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly log: Log;
}

/** Whether the data folder holds what the server needs, kept to its owner. Nothing is made or changed there. */
export const createDataFolderChecks = (files: DataFiles, deps: Deps): readonly Check[] => [
  { title: 'Token keys', run: () => checkTokenKeys(files.keys, deps) },
  { title: 'Signing keys', run: () => checkSigningKeys(files.signingKeys, deps) },
];

/** Whether the server at the public address signs with the keys of this data folder. */
export const createPublishedKeysCheck = (publicUrl: string, files: DataFiles, deps: Deps): Check => ({
  title: 'Published keys',
  async run() {
    const address = `${publicUrl}/.well-known/jwks.json`;
    const answer = await ask(address, { method: 'GET' }, deps);
    if (answer === null) return noAnswer(address);
    const keys = await readPublicKeys(files.signingKeys, deps);
    const missing = keys?.filter(({ kid }) => typeof kid !== 'string' || !answer.text.includes(JSON.stringify(kid)));
    if (answer.status === 200 && missing?.length === 0) {
      return { verdict: 'pass', found: `${address} has the keys of this data folder`, remedy: null };
    }
    return {
      verdict: 'fail',
      found: `${address} has not the keys of this data folder (${answer.status})`,
      remedy: 'Run this where the server runs, with its configuration and its FACESTEP_DATA; or restart the server.',
    };
  },
});

async function checkTokenKeys(file: string, { random }: Deps): Promise<Finding> {
  if (!(await isThere(file))) return absent(file);
  const keys = await createLocalKeys({ file, random });
  const version = await keys.currentVersion();
  return { verdict: 'pass', found: `version ${version} seals new tokens; only the owner can read them`, remedy: null };
}

async function checkSigningKeys(file: string, deps: Deps): Promise<Finding> {
  const keys = await readPublicKeys(file, deps);
  if (keys === null) return absent(file);
  const count = keys.length === 1 ? '1 key' : `${keys.length} keys`;
  return { verdict: 'pass', found: `${count}; only the owner can read them`, remedy: null };
}

/** What is said of a file that is not there. */
export const absent = (file: string): Finding => ({
  verdict: 'fail',
  found: `there is no ${file}`,
  remedy: 'Start the server once: it makes what is missing. If it runs, give its FACESTEP_DATA here too.',
});
