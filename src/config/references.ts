import { toCode } from '../errors.js';
import { type Problem, toConfigError, toPathIn } from './problem.js';
import { nameSetting, type OpenSecret, sealedSecretGuard } from './sealed-secret.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadFile = (path: string) => Promise<string>;

export const referenceKinds: readonly string[] = ['env', 'file', 'sealed'];

/** Text `null`: the setting is absent. */
type Resolution = { readonly text: string | null; readonly reason?: undefined } | { readonly reason: string };

/** Pattern of a variable's name. A secret that was put in place of the name by mistake does not match it. */
const variableName = /^[A-Z][A-Z0-9]{0,13}(?:_[A-Z0-9]{1,14}){0,7}$/;

export interface Reading {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** Without it, sealed secrets are refused. */
  readonly openSecret?: OpenSecret | undefined;
}

async function open(stored: unknown, setting: string, openSecret: OpenSecret | undefined): Promise<Resolution> {
  const { data } = sealedSecretGuard.safeParse(stored);
  if (data === undefined) return { reason: 'is no sealed secret' };
  if (openSecret === undefined) return { reason: 'the setting is read before sealed secrets can be opened' };
  try {
    return { text: (await openSecret(data, setting))?.use((text) => text) ?? null };
  } catch (error) {
    return { reason: `the sealed secret cannot be opened (${toCode(error)})` };
  }
}

/** @returns `null` if the object is no reference */
async function resolve(
  [kind, named]: readonly [string, unknown],
  setting: string,
  { env, readFile, openSecret }: Reading,
): Promise<Resolution | null> {
  if (kind === 'sealed') return open(named, setting, openSecret);
  if (typeof named !== 'string') return null;
  if (kind === 'env') {
    const text = env[named];
    const shown = variableName.test(named) ? `variable ${named}` : 'variable named here';
    return text ? { text } : { reason: `the environment ${shown} is not set` };
  }
  try {
    // Removes the line break that editors and `kubectl create secret` append.
    const text = (await readFile(named)).replace(/\r?\n$/, '');
    return text === '' ? { reason: 'the file named here is empty' } : { text };
  } catch {
    return { reason: 'the file named here cannot be read' };
  }
}

/**
 * Resolves `{"env": "NAME"}`, `{"file": "/path"}` and `{"sealed": …}` in parsed JSON, so that the file shows no secret.
 * @throws `config_invalid` if a variable or file is missing or empty, or a secret cannot be opened. Contents are never reported. A name is reported
 * only if it matches `variableName`, because other text may be a misplaced secret
 */
export async function resolveReferences(value: unknown, reading: Reading): Promise<unknown> {
  const problems: Problem[] = [];
  const walk = async (node: unknown, path: readonly PropertyKey[]): Promise<unknown> => {
    if (Array.isArray(node)) return Promise.all(node.map((entry: unknown, index) => walk(entry, [...path, index])));
    if (typeof node !== 'object' || node === null) return node;
    const entries: [string, unknown][] = Object.entries(node);
    const [only] = entries;
    if (only !== undefined && entries.length === 1 && referenceKinds.includes(only[0])) {
      const resolution = await resolve(only, nameSetting(value, path), reading);
      if (resolution === null) return node;
      if (resolution.reason === undefined) return resolution.text ?? undefined;
      problems.push({ path: toPathIn(value, path), reason: resolution.reason });
      return node;
    }
    // A key named `__proto__` must reach the strict guard, which refuses it.
    return Object.fromEntries(
      await Promise.all(entries.map(async ([key, entry]) => [key, await walk(entry, [...path, key])] as const)),
    );
  };
  const resolved = await walk(value, []);
  if (problems.length > 0) throw toConfigError(problems);
  return resolved;
}
