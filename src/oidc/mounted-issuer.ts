import type { OidcIssuer } from './feature.js';
import type { createInteraction } from './interaction.js';

export interface MountedIssuer extends OidcIssuer {
  readonly interact: ReturnType<typeof createInteraction>;
}

export type OidcIssuers = ReadonlyMap<string, MountedIssuer>;
