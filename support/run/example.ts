import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './paths.js';

const AsyncFunction: new (...parts: string[]) => (...given: unknown[]) => Promise<unknown> = Object.getPrototypeOf(
  async () => {},
).constructor;

/** Returns the code of an `@example` in the doc comment of an export. @throws Error if there is none */
export function readExample(path: string, name: string): string {
  const source = readFileSync(join(projectRoot, path), 'utf8');
  const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\s*export (?:declare )?(?:function|const) ${name}\\b`);
  const [, example] = /@example([^@]*)/.exec(comment.exec(source)?.[1] ?? '') ?? [];
  if (example === undefined) throw new Error(`${path}: ${name} has no @example`);
  return example.replace(/^\s*\* ?/gm, '').trim();
}

/**
 * Runs an example with values for its free names.
 * @param result - expression over the example's names
 */
export function runExample(
  path: string,
  name: string,
  given: Readonly<Record<string, unknown>>,
  result: string,
): Promise<unknown> {
  const code = `${readExample(path, name)}\nreturn ${result};`;
  return new AsyncFunction(...Object.keys(given), code)(...Object.values(given));
}
