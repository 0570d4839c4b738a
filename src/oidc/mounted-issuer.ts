import type { createCounterPage } from './counter/visit.js';
import type { createInteraction } from './interaction.js';
import type { OidcIssuer } from './issuer.js';

export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
  readonly receive: ReturnType<typeof createCounterPage>;
  /** Returns a signed status list. @throws `not_found`, `state_unavailable` */
  readStatus(list: string): Promise<string>;
}

export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;
