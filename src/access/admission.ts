import type { IncomingHttpHeaders } from 'node:http';
import { parseBearer } from '../core/base/bearer.js';
import type { Ports } from '../core/deps.js';
import { countIn, secLeftOf, windowOf } from '../core/limits/limits.js';
import { Credential } from '../core/secrets.js';
import { FaceError } from '../errors.js';
import { authenticateAccess, isAccessToken } from './access-tokens.js';
import { authenticateAdministrator } from './administrators.js';
import type { Application } from './applications.js';
import {
  authenticateClient,
  type Client,
  checkClientLive,
  type Sandbox,
  type SandboxSetting,
} from './client-tokens.js';
import { authenticateSession, type SessionPorts } from './console-caller.js';
import { administratorOf, consoleTokenHeader, needsFaceCheck } from './console-sessions.js';
import { type Administrator, hasRight, type Right } from './rights.js';
import type { ClientScope } from './scopes.js';
import { type ClientRequest, toClientRequest } from './usage.js';

/**
 * Callers allowed at an endpoint: clients whose token has `scope` (all if `null`), administrators with `right`, capture
 * pages whose session permits `action`, developers, or anyone.
 */
export type Auth =
  | { readonly kind: 'client'; readonly scope: ClientScope | null }
  | { readonly kind: 'developer' }
  | { readonly kind: 'admin'; readonly right: Right; readonly isSensitive: boolean }
  | { readonly kind: 'session'; readonly action: string }
  | { readonly kind: 'open' };

/** Authenticated sender of a request. The sessions of capture pages are verified in `admit`, before the body is read. */
export type Caller =
  | { readonly kind: 'client'; readonly client: Client }
  | { readonly kind: 'administrator'; readonly administrator: Administrator }
  | { readonly kind: 'developer'; readonly developer: Administrator }
  | { readonly kind: 'anonymous' };

type Quota = Pick<Application, 'id' | 'perMinute' | 'perDay'>;

/**
 * Returns the quota of a client, or `null` if it has none.
 * @throws `caller_untrusted` for a sandbox token of a former sandbox, because that tenant may have real users
 */
function quotaOf({ application, sandbox, tenant }: Client, current: Sandbox | null): Quota | null {
  if (sandbox === null) return application;
  if (current?.tenant !== tenant) throw new FaceError('caller_untrusted');
  return { ...current, id: `sandbox:${sandbox}` };
}

/** The shortest window comes first, so that requests which it refuses are not counted in the longer one. */
const windows = [
  { name: 'minute', sec: 60, limitOf: ({ perMinute }: Quota): number => perMinute },
  { name: 'day', sec: 24 * 60 * 60, limitOf: ({ perDay }: Quota): number => perDay },
] as const;

/**
 * Counts a request over all replicas, before it is processed.
 * @returns the use of each window, up to the first window whose quota is exceeded
 */
export async function countRequest(quota: Quota, deps: Ports<'state' | 'clock'>) {
  const uses = [];
  for (const { name, sec, limitOf } of windows) {
    const window = windowOf(`quota:${quota.id}:${name}`, sec, deps);
    const counted = await countIn(window, 1, deps);
    const allowed = limitOf(quota);
    const isExceeded = counted > allowed;
    const left = Math.max(0, allowed - counted);
    uses.push({ name, quota: allowed, windowSec: sec, left, resetSec: secLeftOf(window, deps), isExceeded });
    if (isExceeded) break;
  }
  return uses;
}

/**
 * Returns quotas and their use as response headers.
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ (version 10)
 */
function toRateLimitHeaders(uses: Awaited<ReturnType<typeof countRequest>>): Readonly<Record<string, string>> {
  return {
    'RateLimit-Policy': uses.map(({ name, quota, windowSec }) => `"${name}";q=${quota};w=${windowSec}`).join(', '),
    RateLimit: uses.map(({ name, left, resetSec }) => `"${name}";r=${left};t=${resetSec}`).join(', '),
  };
}

/** Longer than any session or client token. */
const maxBearerCharacters = 256;

/** Returns the unverified bearer credential, or `null`. */
export function readBearer({ headers }: { readonly headers: IncomingHttpHeaders }): Credential | null {
  const text = parseBearer(headers.authorization);
  return text === null || text.length > maxBearerCharacters ? null : new Credential(text);
}

/** Authenticates an administrator by API key or console session. A request with both is refused. */
async function authenticate(
  headers: IncomingHttpHeaders,
  source: string,
  deps: SessionPorts,
): Promise<{ readonly administrator: Administrator; readonly needsFaceCheck: boolean }> {
  const key = headers['x-admin-key'];
  const token = headers[consoleTokenHeader];
  if (token === undefined) {
    const { administrator } = await authenticateAdministrator(new Credential(String(key ?? '')), source, deps);
    return { administrator, needsFaceCheck: false };
  }
  if (key !== undefined) throw new FaceError('caller_untrusted');
  const { session } = await authenticateSession(headers, deps);
  return { administrator: administratorOf(session), needsFaceCheck: needsFaceCheck(session, deps) };
}

async function authenticateDeveloper(headers: IncomingHttpHeaders, deps: SessionPorts): Promise<Administrator> {
  const isOther = headers['x-admin-key'] !== undefined || headers['x-auth-token'] !== undefined;
  if (isOther) throw new FaceError('caller_untrusted');
  const { session } = await authenticateSession(headers, deps);
  if (session.by.kind === 'key') throw new FaceError('caller_untrusted');
  if (!hasRight(session, 'develop')) throw new FaceError('role_missing');
  // The developer's name lacks the id with which an administrator's name ends, because other users see the developer's
  // name.
  return { ...administratorOf(session), name: session.name };
}

export interface AdmissionPorts extends SessionPorts, SandboxSetting {
  /** Called after each request with a valid client token. */
  readonly onClientRequest: (request: ClientRequest) => void;
}

export interface Peer {
  readonly source: string;
  setHeaders(headers: Readonly<Record<string, string>>): void;
}

/**
 * Authenticates a caller before the body is read, by a header, or while it is read, by the field `auth_token`. The
 * header takes precedence.
 */
export class Admission {
  #caller: Caller = { kind: 'anonymous' };
  #client: Promise<Client> | null = null;
  #recognised: Client | null = null;

  constructor(
    private readonly auth: Auth,
    private readonly allowance: { promoteToAuthenticated(id: string, limitBytes: number): void },
    private readonly callerLimitBytes: number,
    private readonly peer: Peer,
    private readonly deps: AdmissionPorts,
  ) {}

  async checkHeaders(headers: IncomingHttpHeaders): Promise<void> {
    if (this.auth.kind === 'admin') {
      const { administrator, needsFaceCheck: isCheckDue } = await authenticate(headers, this.peer.source, this.deps);
      if (!hasRight(administrator, this.auth.right)) throw new FaceError('role_missing');
      if (this.auth.isSensitive && isCheckDue) throw new FaceError('face_not_verified');
      this.#caller = { kind: 'administrator', administrator };
      this.allowance.promoteToAuthenticated(administrator.id, this.callerLimitBytes);
    }
    if (this.auth.kind === 'developer') {
      const developer = await authenticateDeveloper(headers, this.deps);
      this.#caller = { kind: 'developer', developer };
      this.allowance.promoteToAuthenticated(developer.id, this.callerLimitBytes);
    }
    const token = headers['x-auth-token'];
    if (this.auth.kind !== 'client') return;
    if (token !== undefined) await this.takeToken(String(token));
    // An access token is limited to scopes, so it serves no endpoint that needs none.
    const bearer = this.auth.scope === null ? null : readBearer({ headers });
    if (bearer !== null && isAccessToken(bearer)) await this.takeClient(() => authenticateAccess(bearer, this.deps));
  }

  async takeToken(token: string): Promise<void> {
    await this.takeClient(() => authenticateClient(new Credential(token), this.deps));
  }

  async takeClient(authenticate: () => Promise<Client>): Promise<void> {
    if (this.auth.kind !== 'client') return;
    this.#client ??= this.#admit(authenticate, this.auth.scope);
    await this.#client;
  }

  /**
   * Returns the caller after the request was read.
   * @throws `caller_untrusted` without a client token where one is needed
   */
  async caller(): Promise<Caller> {
    return this.auth.kind === 'client' ? { kind: 'client', client: await this.client() } : this.#caller;
  }

  /** @throws `caller_untrusted` without a client token */
  async client(): Promise<Client> {
    if (this.#client === null) throw new FaceError('caller_untrusted');
    return this.#client;
  }

  /** Client of a valid token, even if scope or quota refused the request. */
  get recognised(): Client | null {
    return this.#recognised;
  }

  /**
   * Runs the work and reports the result of a known client's request.
   * @param endpoint - such as `POST /generate`
   * @throws errors of the work
   */
  async serve(endpoint: string, requestId: string, work: () => Promise<void>): Promise<void> {
    let refused: unknown = null;
    try {
      await work();
    } catch (error) {
      refused = error;
      throw error;
    } finally {
      const client = this.#recognised;
      if (client !== null) {
        this.deps.onClientRequest(toClientRequest({ client, endpoint, requestId }, refused));
      }
    }
  }

  /**
   * Checks just before the reply that the client's token was not revoked meanwhile.
   * @throws `caller_untrusted`
   */
  async checkStillLive(): Promise<void> {
    const caller = await this.caller();
    if (caller.kind === 'client') await checkClientLive(caller.client, this.deps);
  }

  async #admit(authenticate: () => Promise<Client>, scope: (Auth & { kind: 'client' })['scope']): Promise<Client> {
    const client = await authenticate();
    this.#recognised = client;
    if (scope !== null && !client.scopes.includes(scope))
      throw new FaceError('scope_missing', { reason: `needs the scope ${scope}` });
    const quota = quotaOf(client, this.deps.sandbox);
    if (quota !== null) await this.#takeFromQuotas(quota);
    this.allowance.promoteToAuthenticated(client.id, this.callerLimitBytes);
    return client;
  }

  async #takeFromQuotas(quota: Quota): Promise<void> {
    const uses = await countRequest(quota, this.deps);
    this.peer.setHeaders(toRateLimitHeaders(uses));
    const exceeded = uses.find(({ isExceeded }) => isExceeded);
    if (exceeded !== undefined) throw new FaceError('quota_exceeded', { retryAfterSec: exceeded.resetSec });
  }
}
