import { type JSONPath, visit } from 'jsonc-parser';
import { z } from 'zod';
import { findSystemReason } from '../core/base/system-error.js';
import type { Policy, RecoveryPolicy } from '../core/connection.js';
import type { Credential } from '../core/secrets.js';
import type { FaceError } from '../errors.js';
import type { ConnectionSections } from './additions.js';
import type { ConnectionGuards } from './connection.js';
import { type Problem, toConfigError, toDottedPath, toPathIn } from './problem.js';
import { type Environment, type ReadFile, type Reading, resolveReferences } from './references.js';
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
import { findSealedVersions } from './sealed-secret.js';

/**
 * Parses JSON (RFC 8259). Duplicate names are refused as ambiguous.
 * @throws `config_invalid` with line and column, without the text
 */
function parseJson(text: string, source: string): unknown {
  const json = text.replace(/^\uFEFF/, '');
  const repeated: Problem[] = [];
  const syntaxErrors: Problem[] = [];
  const namesOfOpenObjects: Set<string>[] = [];
  visit(
    json,
    {
      onObjectBegin: () => {
        namesOfOpenObjects.push(new Set());
      },
      onObjectProperty: (name, _offset, _length, _line, _column, pathOf: () => JSONPath) => {
        const names = namesOfOpenObjects.at(-1);
        if (names?.has(name)) repeated.push({ path: toDottedPath([...pathOf(), name]), reason: 'is a duplicate' });
        names?.add(name);
      },
      onObjectEnd: () => {
        namesOfOpenObjects.pop();
      },
      onError: (_code, _offset, _length, line, column) => {
        syntaxErrors.push({ path: source, reason: `not JSON at line ${line + 1}, column ${column + 1}` });
      },
    },
    { disallowComments: true },
  );
  // Only the first error is reported, because later ones are unreliable.
  if (syntaxErrors.length > 0) throw toConfigError(syntaxErrors.slice(0, 1));
  if (repeated.length > 0) throw toConfigError(repeated);
  try {
    return JSON.parse(json);
  } catch {
    // The message is replaced, because it quotes the text, which may contain a secret.
    throw toConfigError([{ path: source, reason: 'not JSON' }]);
  }
}

export interface LoadDeps<Guards extends ConnectionGuards, Sections extends z.ZodRawShape> extends Reading {
  readonly connectionGuards: Guards;
  /** Guards of the extensions' sections, by key. */
  readonly sections: Sections;
  /** Checks the extensions' sections against the other settings. */
  readonly checkSections?:
    | ((sections: z.output<z.ZodObject<Sections>>, config: SharedConfig) => readonly SectionProblem[])
    | undefined;
}

/** Settings that sections of extensions can refer to. */
export interface SharedConfig {
  readonly connections: readonly (Partial<ConnectionSections> & {
    readonly id: string;
    readonly policy: Pick<Policy, 'liveness' | 'accuracy' | 'rules' | 'photo'>;
    readonly recovery: Pick<RecoveryPolicy, 'secondThings'>;
  })[];
}

export interface SectionProblem {
  readonly path: readonly string[];
  readonly reason: string;
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

async function resolveSettings(file: Settings, reading: Reading) {
  const overriding = readOverrides(reading.env);
  // References in a setting that a variable overrides are not resolved.
  const own = Object.entries(file).filter(([name]) => overriding.every(([, setting]) => setting !== name));
  const resolved = toSettings(await resolveReferences(Object.fromEntries(own), reading));
  const settings = { ...resolved, ...Object.fromEntries(overriding.map(([, setting, value]) => [setting, value])) };
  // Zod's message says what was expected, but does not contain the value. Zod's field `input` would, but is omitted by
  // default.
  const toProblem = ({ path, message }: z.core.$ZodIssue) => ({
    path: overriding.find(([, setting]) => setting === path[0])?.[0] ?? toPathIn(settings, path),
    reason: message.replace(/^Invalid input: (expected .+), received undefined$/, 'is missing: $1'),
  });
  /** Converts issues of a guard to an error that names settings and variables. */
  const toError = (issues: readonly z.core.$ZodIssue[]): FaceError => toConfigError(issues.map(toProblem));
  return { settings, toError };
}

const pick = (settings: Settings, isPicked: (name: string) => boolean): Settings =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => isPicked(name)));

/**
 * Loads the configuration: the JSON file of `FACESTEP_CONFIG`, overridden by `PORT`, `FACESTEP_DATA` and
 * `FACESTEP_ADMIN_KEY`.
 * @throws `config_invalid`; its detail lists paths and reasons without values
 */
export async function loadConfig<const Guards extends ConnectionGuards, const Sections extends z.ZodRawShape>({
  connectionGuards,
  sections,
  checkSections = () => [],
  ...reading
}: LoadDeps<Guards, Sections>): Promise<Config<Guards> & z.output<z.ZodObject<Sections>>> {
  const { settings, toError } = await resolveSettings(await readConfigFile(reading.env, reading.readFile), reading);
  const isSection = (name: string): boolean => Object.hasOwn(sections, name);
  const added = z.object(sections).safeParse(pick(settings, isSection));
  const core = createConfigGuard(connectionGuards)
    .superRefine((config, { addIssue }) => {
      const problems = added.success ? checkSections(added.data, config) : [];
      for (const { path, reason } of problems) addIssue({ code: 'custom', path: [...path], message: reason });
    })
    .safeParse(pick(settings, (name) => !isSection(name)));
  if (core.success && added.success) return { ...core.data, ...added.data };
  throw toError([core, added].flatMap(({ error }) => error?.issues ?? []));
}

/**
 * Loads only the storage settings, for commands that run while the server is stopped. Secrets from a service manager
 * are unavailable then.
 * @throws `config_invalid`
 */
export const loadKeptConfig = (reading: Reading): Promise<KeptConfig> => loadSome(keptConfigGuard, reading);

/** Returns the versions of the keys that the sealed secrets of the configuration file need. @throws `config_invalid` */
export const readSealedVersions = async ({ env, readFile }: Reading): Promise<readonly number[]> =>
  findSealedVersions(await readConfigFile(env, readFile));

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
  const some = pick(file, (name) => Object.hasOwn(guard.shape, name));
  const { settings, toError } = await resolveSettings(some, reading);
  const parsed = guard.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw toError(parsed.error.issues);
}
