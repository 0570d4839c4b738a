import { type Problem, toConfigError, toPathIn } from './problem.js';

/** Environment variables as Node gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a text file; it may throw anything. */
export type ReadFile = (path: string) => Promise<string>;

type Resolution = { readonly text: string } | { readonly reason: string };

/** A name as they are given, of words in capitals: a secret that was put in its place is not told. */
const variableName = /^[A-Z][A-Z0-9]{0,13}(?:_[A-Z0-9]{1,14}){0,7}$/;

async function resolve(kind: string, name: string, env: Environment, readFile: ReadFile): Promise<Resolution> {
  if (kind === 'env') {
    const text = env[name];
    const named = variableName.test(name) ? `variable ${name}` : 'variable named here';
    return text ? { text } : { reason: `the environment ${named} is not set` };
  }
  try {
    // Files written by editors and by `kubectl create secret` end with a line break that is not part of the secret.
    const text = (await readFile(name)).replace(/\r?\n$/, '');
    return text === '' ? { reason: 'the file named here is empty' } : { text };
  } catch {
    return { reason: 'the file named here cannot be read' };
  }
}

/**
 * Replaces every `{"env": "NAME"}` and `{"file": "/path"}` in a parsed JSON value by the text it names, so that the
 * configuration file itself holds no secret.
 * @returns a copy; the value given is left as it was
 * @throws FaceError `config_invalid` where a variable is not set or empty, or a file is unreadable or empty. No content
 * is told, and a name only where it looks like one: a secret may have been put in its place
 */
export async function resolveReferences(value: unknown, env: Environment, readFile: ReadFile): Promise<unknown> {
  const problems: Problem[] = [];
  const walk = async (node: unknown, path: readonly PropertyKey[]): Promise<unknown> => {
    if (Array.isArray(node)) return Promise.all(node.map((entry: unknown, index) => walk(entry, [...path, index])));
    if (typeof node !== 'object' || node === null) return node;
    const entries: [string, unknown][] = Object.entries(node);
    const [only] = entries;
    if (only !== undefined && entries.length === 1 && (only[0] === 'env' || only[0] === 'file')) {
      const [kind, name] = only;
      if (typeof name !== 'string') return node;
      const resolution = await resolve(kind, name, env, readFile);
      if ('text' in resolution) return resolution.text;
      problems.push({ path: toPathIn(value, path), reason: resolution.reason });
      return node;
    }
    // fromEntries defines own properties, so a key named __proto__ stays a key and meets the strict guard.
    return Object.fromEntries(
      await Promise.all(entries.map(async ([key, entry]) => [key, await walk(entry, [...path, key])] as const)),
    );
  };
  const resolved = await walk(value, []);
  if (problems.length > 0) throw toConfigError(problems);
  return resolved;
}
