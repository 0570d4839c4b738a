import type { z } from 'zod';
import { findSystemReason } from '../base/system-error.js';
import type { Credential } from '../core/concealed.js';
import type { ConnectionGuards } from './connection.js';
import { parseJson } from './parse-json.js';
import { toConfigError, toPathIn } from './problem.js';
import { type Environment, type ReadFile, resolveReferences } from './references.js';
import {
  type AddressConfig,
  addressConfigGuard,
  adminKeyConfigGuard,
  type Config,
  createConfigGuard,
  type KeptConfig,
  keptConfigGuard,
  type StoredConfig,
  storedConfigGuard,
} from './schema.js';

interface Reading {
  readonly env: Environment;
  readonly readFile: ReadFile;
}

export interface LoadDeps<Guards extends ConnectionGuards> extends Reading {
  readonly connectionGuards: Guards;
}

type Settings = Readonly<Record<string, unknown>>;

const isSettings = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toSettings(value: unknown): Settings {
  if (isSettings(value)) return value;
  throw toConfigError([{ path: 'configuration', reason: 'expected an object' }]);
}

const overrides = { PORT: 'port', FACESTEP_DATA: 'dataFolder', FACESTEP_ADMIN_KEY: 'adminKey' } as const;

type Overrides = readonly (readonly [variable: string, setting: string, value: string | number])[];

// Empty variables are ignored, because Docker Compose and systemd pass unset variables on as empty ones.
const readOverrides = (env: Environment): Overrides =>
  Object.entries(overrides).flatMap(([variable, setting]) => {
    const text = env[variable];
    if (!text) return [];
    return [[variable, setting, setting === 'port' && /^\d{1,5}$/.test(text) ? Number(text) : text] as const];
  });

async function readConfigFile(env: Environment, readFile: ReadFile): Promise<Settings> {
  const path = env.FACESTEP_CONFIG;
  if (!path) return {};
  const text = await readFile(path).catch((error: unknown) => {
    const reason = findSystemReason(error) ?? `${path} cannot be read`;
    throw toConfigError([{ path: 'FACESTEP_CONFIG', reason }]);
  });
  return toSettings(parseJson(text, 'FACESTEP_CONFIG'));
}

async function parseSettings<Guard extends z.ZodType>(
  file: Settings,
  guard: Guard,
  { env, readFile }: Reading,
): Promise<z.output<Guard>> {
  const overriding = readOverrides(env);
  // References in a setting that a variable overrides are not resolved.
  const own = Object.entries(file).filter(([name]) => overriding.every(([, setting]) => setting !== name));
  const resolved = toSettings(await resolveReferences(Object.fromEntries(own), env, readFile));
  const overridden = overriding.map(([, setting, value]) => [setting, value] as const);
  const merged = { ...resolved, ...Object.fromEntries(overridden) };
  const parsed = guard.safeParse(merged);
  if (parsed.success) return parsed.data;
  // Zod's message says what was expected, but does not contain the value. Zod's field `input` would, but is omitted by
  // default.
  const problems = parsed.error.issues.map(({ path, message }) => ({
    path: overriding.find(([, setting]) => setting === path[0])?.[0] ?? toPathIn(merged, path),
    reason: message,
  }));
  throw toConfigError(problems);
}

/**
 * Loads the configuration: the JSON file of `FACESTEP_CONFIG`, overridden by `PORT`, `FACESTEP_DATA` and
 * `FACESTEP_ADMIN_KEY`.
 * @throws `config_invalid`; its detail lists paths and reasons without values
 */
export async function loadConfig<const Guards extends ConnectionGuards>({
  connectionGuards,
  ...reading
}: LoadDeps<Guards>): Promise<Config<Guards>> {
  const file = await readConfigFile(reading.env, reading.readFile);
  return parseSettings(file, createConfigGuard(connectionGuards), reading);
}

/**
 * Loads only the storage settings, for commands that run while the server is stopped. Secrets from a service manager
 * are unavailable then.
 * @throws `config_invalid`
 */
export const loadKeptConfig = (reading: Reading): Promise<KeptConfig> => loadSome(keptConfigGuard, reading);

export const loadStoredConfig = (reading: Reading): Promise<StoredConfig> => loadSome(storedConfigGuard, reading);

export const loadAddress = (reading: Reading): Promise<AddressConfig> => loadSome(addressConfigGuard, reading);

/**
 * Loads the configured administrator API key. @throws `config_invalid`, for instance if a variable is not set for this
 * command
 */
export const loadConfiguredKey = async (reading: Reading): Promise<Credential | null> =>
  (await loadSome(adminKeyConfigGuard, reading)).adminKey;

async function loadSome<Guard extends z.ZodObject>(guard: Guard, reading: Reading): Promise<z.output<Guard>> {
  const file = await readConfigFile(reading.env, reading.readFile);
  const some = Object.entries(file).filter(([setting]) => Object.hasOwn(guard.shape, setting));
  return parseSettings(Object.fromEntries(some), guard, reading);
}
