import type { Fetch } from '../../src/core/ports.js';
import type { MfaRequest, MfaResult, ProviderMetadata } from './external-mfa-request.js';
import type { Tenant } from './tenant.js';

/** A part of the cloud that can be made to fail. */
export type CloudPart = 'login' | 'keys' | 'graph';

/** How it fails: a status, or a wait after which it answers as usual. */
export type Fault = { readonly status: number; readonly retryAfterSec?: number } | { readonly delayMs: number };

/** Everything behind one address: the tenants, their clock, and what is made to fail. */
export interface Cloud {
  /** Without a slash at the end; known once it listens. */
  url: string;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly tenants: Map<string, Tenant>;
  readonly faults: Map<CloudPart, Fault>;
  /** How long an extension may take; `null` is what it was registered with, as the real one does. */
  hookTimeoutMs: number | null;
  /** How long Graph does not show what was made by it, in milliseconds. */
  lateMs: number;
  /** When things were made by Graph, by their ids, in milliseconds since 1970. */
  readonly madeAt: Map<string, number>;
  /** Of so many Graph calls one is told to come later; `null`: none. */
  readonly throttledEvery: number | null;
  /** How many entries a page of a Graph list holds. */
  readonly pageSize: number;
  /** Requests by part, for tests of caching. */
  readonly requests: Record<CloudPart, number>;
  /** Whom hints are for: the documentation says the client id, an implementer saw the application's. */
  hintAudience: 'clientId' | 'appId';
  /** What providers of External MFA were asked for and have not answered yet, by `state`. */
  readonly mfaRequests: Map<string, MfaRequest>;
  readonly mfaResults: MfaResult[];
  /** Reads providers. */
  readonly fetchProvider: Fetch;
  /** Discovery documents and keys of providers, kept for a day, by discovery URL. */
  readonly providerMetadata: Map<string, ProviderMetadata>;
}
