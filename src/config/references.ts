import { type Problem, toConfigError, toPathIn } from './problem.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export type ReadFile = (path: string) => Promise<string>;

type Resolution = { readonly text: string } | { readonly reason: string };

/** Pattern of a variable's name. A secret that was put in place of the name by mistake does not match it. */
const variableName = /^[A-Z][A-Z0-9]{0,13}(?:_[A-Z0-9]{1,14}){0,7}$/;

async function resolve(kind: string, name: string, env: Environment, readFile: ReadFile): Promise<Resolution> {
  if (kind === 'env') {
    const text = env[name];
    const named = variableName.test(name) ? `variable ${name}` : 'variable named here';
    return text ? { text } : { reason: `the environment ${named} is not set` };
  }
  try {
    // Removes the line break that editors and `kubectl create secret` append.
    const text = (await readFile(name)).replace(/\r?\n$/, '');
    return text === '' ? { reason: 'the file named here is empty' } : { text };
  } catch {
    return { reason: 'the file named here cannot be read' };
  }
}

/**
 * Resolves `{"env": "NAME"}` and `{"file": "/path"}` in parsed JSON, so that the file contains no secret.
 * @throws `config_invalid` if a variable or file is missing or empty. Contents are never reported. A name is reported
 * only if it matches `variableName`, because other text may be a misplaced secret
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
    // A key named `__proto__` must reach the strict guard, which refuses it.
    return Object.fromEntries(
      await Promise.all(entries.map(async ([key, entry]) => [key, await walk(entry, [...path, key])] as const)),
    );
  };
  const resolved = await walk(value, []);
  if (problems.length > 0) throw toConfigError(problems);
  return resolved;
}
