import type { JSONWebKeySet } from 'jose';
import { CommandError, UsageError } from '../../cli/command-error.js';
import type { CliDeps } from '../../cli/deps.js';
import { readGivenFile } from '../../cli/named-file.js';
import { safeUrlGuard } from '../../config/safe-url.js';
import type { KeptConfig } from '../../config/schema.js';
import { parseJsonAs } from '../../core/base/json.js';
import { keySetGuard, readPublicKeys } from './keys.js';

const timeoutMs = 10_000;

/**
 * Reads the server's public keys, by default from the configured key service.
 * @param source - path or https address of a JSON Web Key Set (RFC 7517)
 * @throws UsageError if not found; CommandError `server_unreachable`
 */
export async function readKeySet(
  source: string | null,
  config: KeptConfig,
  deps: Pick<CliDeps, 'clock' | 'random' | 'fetch' | 'log'>,
): Promise<JSONWebKeySet> {
  if (source !== null) return readGivenKeySet(source, deps);
  const keys = await readPublicKeys(config, deps);
  if (keys === null) throw new UsageError(`no signing keys in ${config.dataFolder}. --jwks names a file or an address`);
  return parseKeySet(JSON.stringify({ keys }), config.dataFolder);
}

/** Reads the public keys of a file or address. @throws UsageError if not found; CommandError `server_unreachable` */
export const readGivenKeySet = async (source: string, deps: Pick<CliDeps, 'fetch'>): Promise<JSONWebKeySet> =>
  parseKeySet(await readSource(source, deps), source);

async function readSource(source: string, { fetch }: Pick<CliDeps, 'fetch'>): Promise<string> {
  if (!/^https?:/.test(source)) return (await readGivenFile(source)).toString('utf8');
  const url = safeUrlGuard.safeParse(source);
  if (!url.success) throw new UsageError('--jwks must be an https address, or an address of this machine');
  try {
    const answer = await fetch(url.data, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
    if (answer.ok) return await answer.text();
  } catch {
    // The cause is omitted, because it may quote the content.
  }
  throw new CommandError('server_unreachable', { url: url.data });
}

function parseKeySet(text: string, source: string): JSONWebKeySet {
  const keySet = parseJsonAs(text, keySetGuard);
  if (keySet === undefined) throw new UsageError(`${source} holds no JSON Web Key Set`);
  return keySet;
}
