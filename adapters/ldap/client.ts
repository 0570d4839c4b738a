import { type Change, Client, type Entry, type Filter, ResultCodeError } from 'ldapts';
import { z } from 'zod';
import { withinTime } from '../../src/connections/rest-call.js';
import { findCause } from '../../src/core/base/failure-cause.js';
import type { Ports } from '../../src/core/deps.js';
import { withTimeout } from '../../src/core/resilience.js';
import { addSec, type EpochMs } from '../../src/core/units.js';
import { FaceError } from '../../src/errors.js';
import type { LdapSettings } from './config.js';
import { binaryAttributes } from './entry.js';

const connectTimeoutMs = 2_000;
const timeoutMs = 5_000;
/** Milliseconds after which an unused connection is closed. Short, so that a command ends. */
const idleMs = 1_000;
/** Seconds for which a server that did not answer is used last. */
const avoidedSec = 30;

/** Result codes for which another server is asked: busy and unavailable (RFC 4511, section 4.1.9). */
const unavailable: readonly number[] = [51, 52];
/** Result codes for rights and changes that the directory refuses (RFC 4511, appendix A). */
const refused: readonly number[] = [16, 17, 19, 21, 48, 50, 53, 65];
export const sizeLimitExceeded = 4;
export const noSuchObject = 32;
export const invalidCredentials = 49;

export interface Search {
  readonly base: string;
  readonly scope: 'base' | 'sub';
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

export type LdapApi = ReturnType<typeof createLdapApi>;

interface Bound {
  readonly client: Client;
  readonly url: string;
}

/**
 * Creates access to a directory by a connection that is shared, closed when idle, and opened again at another server if
 * one fails. Referrals are not followed, because they would send the password elsewhere.
 * @see https://www.rfc-editor.org/rfc/rfc4511
 */
export function createLdapApi(settings: LdapSettings, { clock }: Ports<'clock'>) {
  const { urls, bindDn, password } = settings;
  const avoidedUntil = new Map<string, EpochMs>();
  const isAvoided = (url: string): boolean => clock.now() < (avoidedUntil.get(url) ?? 0);
  let shared: Promise<Bound> | null = null;
  let uses = 0;
  let closing: NodeJS.Timeout | undefined;

  const avoid = (url: string): void => void avoidedUntil.set(url, addSec(clock.now(), avoidedSec));

  async function connect(): Promise<Bound> {
    const inOrder = [...urls.filter((url) => !isAvoided(url)), ...urls.filter(isAvoided)];
    let failure: unknown;
    for (const url of inOrder) {
      try {
        const client = await openClient(url, settings);
        await password
          .use((text) => client.bind(bindDn, text))
          .catch((error: unknown) => {
            close(client);
            throw toFailure('bind', error);
          });
        return { client, url };
      } catch (error) {
        // Refused credentials are refused everywhere, and more attempts would lock the account.
        if (!isOutage(error)) throw error;
        avoid(url);
        failure = error;
      }
    }
    throw failure;
  }

  const drop = ({ client }: Bound): void => {
    shared = null;
    close(client);
  };

  /** Works with the connection, and again with a new one if it fails: every change may be made twice. */
  async function attempt<Result>(call: string, work: (client: Client) => Promise<Result>): Promise<Result> {
    for (let tried = 1; ; tried += 1) {
      const isReused = shared !== null;
      shared ??= connect();
      const opened = shared;
      const bound = await opened.catch((error: unknown) => {
        if (shared === opened) shared = null;
        throw error;
      });
      try {
        // The library would open a lost connection again, without encryption and password.
        if (!bound.client.isBound) throw new Error('Connection is closed');
        return await work(bound.client);
      } catch (error) {
        const failure = toFailure(call, error);
        if (!isOutage(failure)) throw failure;
        if (shared === opened) drop(bound);
        // A server may have closed a connection that was idle.
        if (!isReused) avoid(bound.url);
        if (tried > urls.length) throw failure;
      }
    }
  }

  async function use<Result>(call: string, work: (client: Client) => Promise<Result>): Promise<Result> {
    clearTimeout(closing);
    uses += 1;
    try {
      return await withinTime(() => attempt(call, work));
    } finally {
      uses -= 1;
      if (uses === 0) closing = setTimeout(() => void shared?.then(drop, () => {}), idleMs);
    }
  }

  return {
    /**
     * Searches page by page, because servers limit the entries of an answer (RFC 2696). OpenLDAP holds the place of the
     * next page for a connection, so each such search has its own.
     * @throws FaceError like `search`
     */
    async *readPages({ base, scope, filter, attributes }: Search, pageSize: number): AsyncGenerator<readonly Entry[]> {
      const { client } = await withinTime(connect);
      const options = { scope, filter, attributes: [...attributes], explicitBufferAttributes: [...binaryAttributes] };
      try {
        for await (const { searchEntries } of client.searchPaginated(base, { ...options, paged: { pageSize } }))
          yield searchEntries;
      } catch (error) {
        throw toFailure('search', error);
      } finally {
        close(client);
      }
    },
    /**
     * Searches without following references to other servers.
     * @param sizeLimit - maximum entries; the others are left out
     * @throws FaceError `profile_unavailable`; `detail.result` is the result code, if the server answered
     */
    search: ({ base, scope, filter, attributes }: Search, sizeLimit: number): Promise<readonly Entry[]> => {
      const options = { scope, filter, attributes: [...attributes], explicitBufferAttributes: [...binaryAttributes] };
      return use('search', async (client) => (await client.search(base, { ...options, sizeLimit })).searchEntries);
    },
    /** @throws FaceError like `search` */
    modify: (dn: string, changes: readonly Change[]): Promise<void> =>
      use('modify', (client) => client.modify(dn, [...changes])),
  };
}

/**
 * Opens an encrypted connection.
 * @throws FaceError `profile_unavailable`
 */
export async function openClient(
  url: string,
  { ca, startTls }: Pick<LdapSettings, 'ca' | 'startTls'>,
): Promise<Client> {
  const { protocol, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isSecure = protocol === 'ldaps:';
  const trust = ca === null ? { host } : { host, ca };
  const client = new Client({
    url,
    connectTimeout: connectTimeoutMs,
    timeout: timeoutMs,
    tlsOptions: isSecure ? trust : {},
  });
  try {
    if (startTls && !isSecure)
      await withTimeout(client.startTLS(trust), connectTimeoutMs, () => {
        throw new Error('timed out');
      });
    return client;
  } catch (error) {
    close(client);
    throw toFailure('connect', error);
  }
}

const close = (client: Client): void => void client.unbind().catch(() => {});

/** The server's text is left out, because it may repeat what was sent. */
export function toFailure(call: string, error: unknown): FaceError {
  if (error instanceof FaceError) return error;
  if (error instanceof ResultCodeError) {
    const refusal =
      error.code === invalidCredentials ? 'invalid_client' : refused.includes(error.code) ? 'invalid_request' : null;
    return new FaceError('profile_unavailable', { call, result: error.code, refusal });
  }
  return new FaceError('profile_unavailable', { call, cause: findCause(error) });
}

const answeredGuard = z.object({ detail: z.object({ result: z.number() }) });

/** Returns the result code of a failed call; `null` if the server did not answer. */
export const resultOf = (error: unknown): number | null => answeredGuard.safeParse(error).data?.detail.result ?? null;

const isOutage = (error: unknown): boolean => {
  const result = resultOf(error);
  return result === null || unavailable.includes(result);
};
