import { z } from 'zod';
import { type DataFiles, filesOf } from '../../../config/data-files.js';
import {
  type Check,
  type Finding,
  fail,
  pass,
  publishedKeysTitle,
  serverAnswers,
  warn,
} from '../../../connections/provisioning.js';
import type { Setup } from '../../../connections/setup.js';
import type { Ports } from '../../../core/deps.js';
import { FaceError } from '../../../errors.js';
import { type KeyInventory, openInventory } from '../../../storage/keys/inventory.js';
import { readPublicKeys } from '../keys.js';
import { absent, dataFolder } from './data-folder.js';
import { ask, noAnswer } from './public-address.js';

const problemGuard = z.object({ setting: z.enum(['keys', 'signing keys', 'OpenID keys']), problem: z.string() });

const ofFiles = (files: DataFiles, run: Check['run']) => async (): Promise<Finding> => {
  try {
    return await run();
  } catch (error) {
    const { data } = problemGuard.safeParse(error instanceof FaceError ? error.detail : null);
    if (data === undefined) throw error;
    const file = { keys: files.keys, 'signing keys': files.signingKeys, 'OpenID keys': files.oidcKeys }[data.setting];
    return fail(
      `${file}: ${data.problem}`,
      `Let only the account of the server read it: chmod 600 ${file}. If it is damaged, restore it from a backup: docs/state.md.`,
    );
  }
};

/** Creates checks that the configured keys exist and work. No keys are created. */
export function createKeyChecks(config: Setup['config'], deps: Ports<'clock' | 'random' | 'log'>): readonly Check[] {
  const files = filesOf(config);
  const open = (): Promise<KeyInventory> => openInventory(config.keys, { files, ...deps });
  const needs = config.keys.kind === 'local' ? [dataFolder] : [];
  return [
    {
      title: 'Token keys',
      needs,
      run: ofFiles(files, async () => {
        const { kind, sealing } = await open();
        const keys = await sealing();
        const current = keys.find(({ isCurrent }) => isCurrent);
        const problems = keys.flatMap(({ version, problem }) =>
          problem === null ? [] : `version ${version}: ${problem}`,
        );
        if (current === undefined) return absent(files.keys);
        return problems.length > 0 ? unfit(problems) : usable(`version ${current.version} seals new tokens`, kind);
      }),
    },
    {
      title: 'Signing keys',
      needs,
      run: ofFiles(files, async () => {
        const { kind, signing, oidc } = await open();
        const keys = await signing();
        if (keys.length === 0) return absent(files.signingKeys);
        const problems = [...keys, ...(await oidc())].flatMap(({ name, problem }) =>
          problem === null ? [] : `${name}: ${problem}`,
        );
        return problems.length > 0
          ? unfit(problems)
          : usable(keys.length === 1 ? '1 key' : `${keys.length} keys`, kind);
      }),
    },
  ];
}

const usable = (what: string, kind: KeyInventory['kind']): Finding =>
  pass(`${what}; ${kind === 'local' ? 'only the owner can read them' : 'AWS KMS holds them'}`);

const unfit = (problems: readonly string[]): Finding =>
  fail(
    `not usable: ${problems.join(', ')}`,
    'Enable the key in AWS KMS, correct its id in keys, or retire it. docs/keys.md lists the kind of each key.',
  );

/** Creates the check that the server at the public URL signs with these keys. */
export const createPublishedKeysCheck = (
  publicUrl: string,
  config: Setup['config'],
  deps: Ports<'clock' | 'random' | 'log' | 'fetch'>,
): Check => ({
  title: publishedKeysTitle,
  needs: [serverAnswers],
  async run() {
    const address = `${publicUrl}/.well-known/jwks.json`;
    const answer = await ask(address, { method: 'GET' }, deps);
    if (answer === null) return noAnswer(address);
    // Another check reports problems of the keys.
    const keys = await readPublicKeys(config, deps).catch(() => null);
    if (keys === null) return warn(`${address} cannot be compared: the signing keys here cannot be read`, null);
    const missing = keys.filter(({ kid }) => typeof kid !== 'string' || !answer.text.includes(JSON.stringify(kid)));
    if (answer.status === 200 && missing.length === 0) {
      return pass(`${address} has the keys of this server`);
    }
    return fail(
      `${address} does not have the keys of this server (${answer.status})`,
      'Check publicUrl: another server answers there. Or run this where the server runs, with its configuration and its FACESTEP_DATA.',
    );
  },
});
