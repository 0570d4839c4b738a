import type { createCounterPage } from './counter/visit.js';
import type { createInteraction } from './interaction.js';
import type { OidcIssuer } from './issuer.js';

/** An issuer with its own pages. */
export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
  /** Page that opens a counter's code. */
  readonly receive: ReturnType<typeof createCounterPage>;
  /** Returns a signed status list. @throws FaceError `not_found`, `state_unavailable` */
  readStatus(list: string): Promise<string>;
}

/** Issuers by connection id. */
export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;
