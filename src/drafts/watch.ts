import type { ConfigurationFile, OperationsPorts } from '../admin/operations/operations-context.js';
import { countEnded } from '../config/sealed-secret.js';
import { parseJson } from '../core/base/json.js';
import { releaseLease, takeLease } from '../core/lease.js';
import { Credential } from '../core/secrets.js';
import { addSec, type EpochMs } from '../core/units.js';
import type { Json } from '../errors.js';
import { writing } from './activate.js';
import { digestOfText, removeSecretVersions } from './file-versions.js';
import { childOf, isReference, parseSection, placeholder, replaceReferences, toTree } from './sections.js';

/** Interval to look for changes of the configuration file, in seconds. */
export const watchFileEverySec = 5;

/** Time until the same text is loaded again after a failure, in seconds. What it refers to may have changed. */
const retrySec = 60;

/**
 * Creates a job that loads the configuration file if its text is not the active one, such as after a change by another
 * server. Without `configurationFolder`, a change becomes active only by a reload. Once a text is active, versions with
 * secrets that it does not have any more are removed.
 */
export function watchFile(
  {
    configurationFile: file,
    setup,
    loadedDigest,
    notLoaded,
    clock,
    random,
    state,
  }: OperationsPorts<'configurationFile' | 'setup' | 'loadedDigest' | 'notLoaded' | 'clock' | 'random' | 'state'>,
  reload: () => Promise<unknown>,
): () => Promise<void> {
  let checked: string | null = null;
  /** Former secrets of the active text that had ended when it was loaded. */
  let ended = 0;
  let tried: { readonly digest: string | null; readonly at: EpochMs } | null = null;
  return async () => {
    const { configurationFolder: folder } = setup().config;
    if (file === null || folder === null) return;
    // A file that is gone cannot be loaded, and is then reported.
    const text = await file.read().catch(() => null);
    const digest = text === null ? null : digestOfText(text);
    const nowEnded = text === null ? 0 : countEnded(parseJson(text), clock);
    if (digest === loadedDigest() && notLoaded() === null && nowEnded === ended) {
      if (text === null || digest === checked) return;
      const holder = Buffer.from(random(16)).toString('base64url');
      if (!(await takeLease(writing, holder, { state, clock }))) return;
      const find = (each: string): Promise<readonly string[]> => findSecretsIn(each, file);
      await removeSecretVersions(folder, text, find, random).finally(() => releaseLease(writing, holder, { state }));
      checked = digest;
      return;
    }
    const now = clock.now();
    if (tried !== null && tried.digest === digest && now < addSec(tried.at, retrySec)) return;
    tried = { digest, at: now };
    ended = nowEnded;
    await reload();
  };
}

/** Returns the secrets that a text of the file contains, also if a variable that it names is not set. */
async function findSecretsIn(text: string, { load }: ConfigurationFile): Promise<readonly string[]> {
  const tree = toTree(text);
  const withoutReferences = (): string => JSON.stringify(replaceReferences(parseSection(text), placeholder));
  const { config, connections } = await load(text).catch(() => load(withoutReferences()));
  const byId = Object.fromEntries(connections.map((each) => [each.id, each]));
  return findPlainSecrets(tree, { ...config, connections: byId });
}

/** Returns the texts that were loaded as secrets. */
function findPlainSecrets(value: Json, loaded: unknown): readonly string[] {
  if (typeof value === 'string') return loaded instanceof Credential ? [value] : [];
  if (typeof value !== 'object' || value === null || isReference(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => findPlainSecrets(each, childOf(loaded, key)));
}
