import { findSystemReason } from '../base/system-error.js';
import type { ConnectionGuards } from './connection.js';
import { parseJson } from './parse-json.js';
import { toConfigError, toPathIn } from './problem.js';
import { type Environment, type ReadFile, resolveReferences } from './references.js';
import { type Config, createConfigGuard } from './schema.js';

/** What the loader is handed; it touches neither `process` nor the disk itself. */
export interface LoadDeps<Guards extends ConnectionGuards> {
  readonly env: Environment;
  readonly readFile: ReadFile;
  /** One for each provider that is built in. */
  readonly connectionGuards: Guards;
}

const overrides = { PORT: 'port', FACESTEP_DATA: 'dataFolder', FACESTEP_ADMIN_KEY: 'adminKey' } as const;

type Overrides = readonly (readonly [variable: string, setting: string, value: string | number])[];

// An empty variable counts as not set: compose files and unit files pass those on for what was left out.
const readOverrides = (env: Environment): Overrides =>
  Object.entries(overrides).flatMap(([variable, setting]) => {
    const text = env[variable];
    if (!text) return [];
    return [[variable, setting, setting === 'port' && /^\d{1,5}$/.test(text) ? Number(text) : text] as const];
  });

async function readConfigFile(env: Environment, readFile: ReadFile): Promise<unknown> {
  const path = env.FACESTEP_CONFIG;
  if (!path) return {};
  const text = await readFile(path).catch((error: unknown) => {
    const reason = findSystemReason(error) ?? `${path} cannot be read`;
    throw toConfigError([{ path: 'FACESTEP_CONFIG', reason }]);
  });
  return resolveReferences(parseJson(text, 'FACESTEP_CONFIG'), env, readFile);
}

/**
 * Reads the configuration: the JSON file that `FACESTEP_CONFIG` names, if any, then `PORT`, `FACESTEP_DATA` and
 * `FACESTEP_ADMIN_KEY` from the environment, which win. Without either, every setting has its default.
 * @throws FaceError `config_invalid`; its detail lists paths and reasons, and no value
 */
export async function loadConfig<const Guards extends ConnectionGuards>({
  env,
  readFile,
  connectionGuards,
}: LoadDeps<Guards>): Promise<Config<Guards>> {
  const file = await readConfigFile(env, readFile);
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw toConfigError([{ path: 'configuration', reason: 'expected an object' }]);
  const overriding = readOverrides(env);
  const merged = Object.fromEntries([
    ...Object.entries(file),
    ...overriding.map(([, setting, value]) => [setting, value] as const),
  ]);
  const parsed = createConfigGuard(connectionGuards).safeParse(merged);
  if (parsed.success) return parsed.data;
  // zod's messages tell what was expected; what was found is in `input`, which is left out unless asked for.
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: overriding.find(([, setting]) => setting === path[0])?.[0] ?? toPathIn(merged, path),
    reason: message,
  }));
  throw toConfigError(problems);
}
