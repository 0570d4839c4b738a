import type { Fetch } from '../../src/core/ports.js';
import type { MfaRequest, ProviderMetadata } from './external-mfa-request.js';
import type { Tenant } from './tenant.js';

export type CloudPart = 'login' | 'keys' | 'graph';

/** An injected fault: an error status. */
export interface Fault {
  readonly status: number;
  readonly retryAfterSec?: number;
}

export interface Cloud {
  url: string;
  readonly now: () => number;
  readonly tenants: Map<string, Tenant>;
  readonly faults: Map<CloudPart, Fault>;
  /** Timeout of extensions; `null` uses the registered one, as the real Entra does. */
  readonly hookTimeoutMs: number | null;
  /** Delay before Graph shows new objects, in milliseconds. */
  readonly lateMs: number;
  readonly madeAt: Map<string, number>;
  /** Graph throttles every n-th call; `null` disables throttling. */
  readonly throttledEvery: number | null;
  readonly pageSize: number;
  readonly requests: Record<CloudPart, number>;
  /**
   * Audience of the ID token hint. Entra's documentation says that it is the client id. An implementer reports the
   * application's id.
   */
  hintAudience: 'clientId' | 'appId';
  readonly mfaRequests: Map<string, MfaRequest>;
  readonly fetchProvider: Fetch;
  /** Discovery documents and signing keys of providers, cached for a day, by discovery URL. */
  readonly providerMetadata: Map<string, ProviderMetadata>;
}
