import type { createCounterPage } from './counter/visit.js';
import type { createInteraction } from './interaction.js';
import type { OidcIssuer } from './issuer.js';

export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
  readonly receive: ReturnType<typeof createCounterPage>;
  readStatus(list: string): Promise<string>;
}

export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;
