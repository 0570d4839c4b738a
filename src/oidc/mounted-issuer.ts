import type { createCounterPage } from './counter/visit.js';
import type { createInteraction } from './interaction.js';
import type { OidcIssuer } from './issuer.js';

/** An issuer, and what its own pages do. */
export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
  /** Where a person opens the code of a counter. */
  readonly receive: ReturnType<typeof createCounterPage>;
  /** A status list of credentials, signed. @throws FaceError `not_found`, `state_unavailable` */
  readStatus(list: string): Promise<string>;
}

/** The issuers of all connections that have one, by the connection's id. */
export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;
