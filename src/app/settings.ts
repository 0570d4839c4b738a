import { X509Certificate } from 'node:crypto';
import type { Setup } from '../connections/setup.js';
import { Credential, digestOf, hasDigest } from '../core/secrets.js';
import type { Json } from '../errors.js';

export function redact(value: unknown): Json {
  if (value === null || value === undefined) return '[unset]';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(redact);
  // A certificate is public, and decides whom the server trusts.
  if (value instanceof X509Certificate) return value.fingerprint256;
  if (typeof value !== 'object' || !isPlain(value)) return '[set]';
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, redact(entry)]));
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
};

type Config = Setup['config'];

/** Settings that a reload cannot change, because open ports depend on them. */
const toFixed = (config: Config) => ({
  port: config.port,
  host: config.host,
  publicUrl: config.publicUrl,
  dataFolder: config.dataFolder,
  modelsFolder: config.modelsFolder,
  verifier: config.verifier,
  recognition: config.recognition,
  state: config.state,
  keys: config.keys,
  audit: config.audit,
  ledger: config.ledger,
  securityEvents: config.securityEvents,
  webhooks: config.webhooks,
  telemetry: config.telemetry,
});

export function reloadSettings<Given extends Config>(inForce: Config, loaded: Given) {
  const config = { ...loaded, ...toFixed(inForce) };
  return {
    config,
    changed: findChanges(inForce, config),
    needingRestart: findChanges(toFixed(inForce), toFixed(loaded)),
  };
}

const mostRecorded = 200;

/** Shortens the list of changed settings for the audit log. */
export const toRecorded = (changed: readonly string[]): string[] =>
  changed.length <= mostRecorded
    ? [...changed]
    : [...changed.slice(0, mostRecorded), `and ${changed.length - mostRecorded} more`];

function findChanges(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (before instanceof Credential && after instanceof Credential) {
    return before.use((text) => after.use((other) => hasDigest(text, digestOf(other)))) ? [] : [path.join('.')];
  }
  if (before instanceof X509Certificate && after instanceof X509Certificate)
    return before.fingerprint256 === after.fingerprint256 ? [] : [path.join('.')];
  if (!isCollection(before) || !isCollection(after)) return Object.is(before, after) ? [] : [path.join('.')];
  const old = new Map(Object.entries(before));
  const young = new Map(Object.entries(after));
  const names = new Set([...old.keys(), ...young.keys()]);
  return [...names].flatMap((name) => {
    const former = old.get(name);
    const next = young.get(name);
    return findChanges(former, next, [
      ...path,
      path.length === 1 && path[0] === 'connections' ? toNamed(name, next ?? former) : name,
    ]);
  });
}

const toNamed = (index: string, connection: unknown): string =>
  isCollection(connection) && 'id' in connection ? `${index} (${String(connection.id)})` : index;

const isCollection = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !(value instanceof Credential);

/** Returns the SHA-256 of the configuration without secrets, to compare replicas. */
export const digestOfConfig = (config: Config): string => digestOf(JSON.stringify(redact(config))).toString('hex');
