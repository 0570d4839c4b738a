import type { JSONWebKeySet } from 'jose';
import type { MethodConfiguration } from './graph-methods.js';

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
