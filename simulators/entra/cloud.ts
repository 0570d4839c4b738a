import type { Fetch } from '../../src/core/ports.js';
import type { MfaRequest, ProviderMetadata } from './external-mfa-request.js';
import type { Tenant } from './tenant.js';

export type CloudPart = 'login' | 'keys' | 'graph';

/** An injected fault: an error status. */
export interface Fault {
  readonly status: number;
  readonly retryAfterSec?: number;
}

export type Cloud = ReturnType<typeof createCloud>;

export const createCloud = (options: {
  readonly now: () => number;
  /** Timeout of extensions; `null` uses the registered one, as the real Entra does. */
  readonly hookTimeoutMs: number | null;
  readonly fetchProvider: Fetch;
  /** Graph throttles every n-th call; `null` disables throttling. */
  readonly throttledEvery: number | null;
  /** Delay before Graph shows new objects, in seconds. The real Graph took 20 s in a test. */
  readonly lateSec: number;
  /**
   * Audience of the ID token hint. Entra's documentation says that it is the client id. An implementer reports the
   * application's id.
   */
  hintAudience: 'clientId' | 'appId';
}) => ({
  ...options,
  url: '',
  tenants: new Map<string, Tenant>(),
  faults: new Map<CloudPart, Fault>(),
  /** Creation times of objects, in milliseconds since 1970. */
  madeAt: new Map<string, number>(),
  pageSize: 2,
  requests: { login: 0, keys: 0, graph: 0 },
  mfaRequests: new Map<string, MfaRequest>(),
  /** Discovery documents and signing keys of providers, cached for a day, by discovery URL. */
  providerMetadata: new Map<string, ProviderMetadata>(),
});
