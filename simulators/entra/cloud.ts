import type { JSONWebKeySet } from 'jose';
import type { Fetch } from '../../src/core/ports.js';
import type { MethodConfiguration } from './graph-methods.js';
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

export class MfaError extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly keys: JSONWebKeySet;
  readonly readAt: number;
}

export interface MfaRequest {
  readonly tenantId: string;
  readonly userId: string;
  readonly method: MethodConfiguration;
  readonly provider: ProviderMetadata;
  /** If the request had no nonce (`null`), the answer must not have one. */
  readonly nonce: string | null;
  readonly sub: string;
  readonly startedAt: number;
}

/** Outcome of External MFA. `reason` is for tests; the user only sees that the sign-in failed. */
export interface MfaResult {
  readonly userId: string | null;
  readonly passed: boolean;
  readonly reason: string | null;
}
