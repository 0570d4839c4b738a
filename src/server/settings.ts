import { redact } from '../config/redact.js';
import { Credential } from '../core/concealed.js';
import { digestOf } from '../core/digest.js';
import type { Setup } from '../setup.js';

type Config = Setup['config'];

/** What stays as it was at the start: it is open, and others hold on to it. */
const fixedSettings = [
  'port',
  'host',
  'dataFolder',
  'modelsFolder',
  'verifier',
  'state',
  'keys',
  'audit',
  'securityEvents',
  'telemetry',
] as const satisfies readonly (keyof Config)[];

/** Where two configurations differ: dotted paths, and never a value. */
export function findChanges(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (before instanceof Credential && after instanceof Credential) {
    return before.use((text) => after.use((other) => text === other)) ? [] : [path.join('.')];
  }
  if (!isCollection(before) || !isCollection(after)) return Object.is(before, after) ? [] : [path.join('.')];
  const [old, young] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = new Set([...old.keys(), ...young.keys()]);
  return [...names].flatMap((name) => findChanges(old.get(name), young.get(name), [...path, name]));
}

const isCollection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Credential);

/** Of changed paths, those that only a restart applies. */
export const needingRestart = (changed: readonly string[]): string[] =>
  changed.filter((path) => fixedSettings.some((name) => path === name || path.startsWith(`${name}.`)));

/** The loaded configuration with the settings that a running server cannot change as they are in force. */
export function keepFixed(inForce: Config, loaded: Config): Config {
  const { port, host, dataFolder, modelsFolder, verifier, state, keys, audit, securityEvents, telemetry } = inForce;
  const fixed = { port, host, dataFolder, modelsFolder, verifier, state, keys, audit, securityEvents, telemetry };
  return { ...loaded, ...(fixed satisfies Pick<Config, (typeof fixedSettings)[number]>) };
}

/** SHA-256 of the configuration without its secrets, in hexadecimal: the same settings on two replicas show. */
export const digestOfConfig = (config: Config): string => digestOf(JSON.stringify(redact(config))).toString('hex');
