import type { z } from 'zod';
import { findSystemReason } from '../base/system-error.js';
import type { ConnectionGuards } from './connection.js';
import { parseJson } from './parse-json.js';
import { toConfigError, toPathIn } from './problem.js';
import { type Environment, type ReadFile, resolveReferences } from './references.js';
import {
  type Config,
  createConfigGuard,
  type KeptConfig,
  keptConfigGuard,
  type StoredConfig,
  storedConfigGuard,
} from './schema.js';

/** What a loader reads; it touches neither `process` nor the disk itself. */
interface Reading {
  readonly env: Environment;
  readonly readFile: ReadFile;
}

/** What the loader of the whole configuration is handed. */
export interface LoadDeps<Guards extends ConnectionGuards> extends Reading {
  /** One for each provider that is built in. */
  readonly connectionGuards: Guards;
}

/** A setting's name, and what the file says of it. */
type Settings = Readonly<Record<string, unknown>>;

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toSettings(value: unknown): Settings {
  if (isSettings(value)) return value;
  throw toConfigError([{ path: 'configuration', reason: 'expected an object' }]);
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

/** The settings of the file that `FACESTEP_CONFIG` names, in which what is referred to is not there yet. */
async function readConfigFile(env: Environment, readFile: ReadFile): Promise<Settings> {
  const path = env.FACESTEP_CONFIG;
  if (!path) return {};
  const text = await readFile(path).catch((error: unknown) => {
    const reason = findSystemReason(error) ?? `${path} cannot be read`;
    throw toConfigError([{ path: 'FACESTEP_CONFIG', reason }]);
  });
  return toSettings(parseJson(text, 'FACESTEP_CONFIG'));
}

/** Puts what is referred to into its place and the variables over it, and parses what comes of that. */
async function parseSettings<Guard extends z.ZodType>(
  file: Settings,
  guard: Guard,
  { env, readFile }: Reading,
): Promise<z.output<Guard>> {
  const resolved = toSettings(await resolveReferences(file, env, readFile));
  const overriding = readOverrides(env);
  const overridden = overriding.map(([, setting, value]) => [setting, value] as const);
  const merged = { ...resolved, ...Object.fromEntries(overridden) };
  const parsed = guard.safeParse(merged);
  if (parsed.success) return parsed.data;
  // zod's messages tell what was expected; what was found is in `input`, which is left out unless asked for.
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: overriding.find(([, setting]) => setting === path[0])?.[0] ?? toPathIn(merged, path),
    reason: message,
  }));
  throw toConfigError(problems);
}

/**
 * Reads the configuration: the JSON file that `FACESTEP_CONFIG` names, if any, then `PORT`, `FACESTEP_DATA` and
 * `FACESTEP_ADMIN_KEY` from the environment, which win. Without either, every setting has its default.
 * @throws FaceError `config_invalid`; its detail lists paths and reasons, and no value
 */
export async function loadConfig<const Guards extends ConnectionGuards>({
  connectionGuards,
  ...reading
}: LoadDeps<Guards>): Promise<Config<Guards>> {
  const file = await readConfigFile(reading.env, reading.readFile);
  return parseSettings(file, createConfigGuard(connectionGuards), reading);
}

/**
 * Reads where what is kept lies, and nothing else: secrets of a service manager are gone while the server does not run, and a
 * backup is put in place just then.
 * @throws FaceError `config_invalid`; other settings may be anything
 */
export const loadKeptConfig = (reading: Reading): Promise<KeptConfig> => loadSome(keptConfigGuard, reading);

/** The same and the state store: of all secrets it takes that of a store which servers share. @throws FaceError `config_invalid` */
export const loadStoredConfig = (reading: Reading): Promise<StoredConfig> => loadSome(storedConfigGuard, reading);

async function loadSome<Guard extends z.ZodObject>(guard: Guard, reading: Reading): Promise<z.output<Guard>> {
  const file = await readConfigFile(reading.env, reading.readFile);
  const some = Object.entries(file).filter(([setting]) => Object.hasOwn(guard.shape, setting));
  return parseSettings(Object.fromEntries(some), guard, reading);
}
