import type { JSONWebKeySet } from 'jose';
import type { MethodConfiguration } from './tenant.js';

/** Why a sign-in ends at the second factor: Entra's own number where one is known, else what was wrong. */
export class MfaError extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}

/** What the first factor was. */
export type FactorType = 'knowledge' | 'possession' | 'inherence';

/** What a provider says of itself, as it was read. */
export interface ProviderMetadata {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly keys: JSONWebKeySet;
  /** In milliseconds since 1970. */
  readonly readAt: number;
}

/** A sign-in that waits for its second factor. */
export interface MfaRequest {
  readonly tenantId: string;
  readonly userId: string;
  readonly method: MethodConfiguration;
  readonly firstFactor: FactorType;
  readonly provider: ProviderMetadata;
  /** `null`: none was sent, and none is taken. */
  readonly nonce: string | null;
  readonly sub: string;
  readonly acrValues: readonly string[];
  readonly amrValues: readonly string[];
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

/** How it ended. `reason` is for whoever tests; a person is shown that the sign-in failed. */
export interface MfaResult {
  readonly userId: string | null;
  readonly passed: boolean;
  readonly reason: string | null;
}
