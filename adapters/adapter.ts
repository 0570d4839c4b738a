import type { StepUpRequest } from '../src/core/connection.js';
import type { Profile } from '../src/core/ports.js';
import type { Hooks } from './hook.js';
import type { OidcClient, OidcClientDeps } from './openid-client.js';

/** What every identity provider's folder supplies. Adding a provider means one new folder and one line in index.ts. */
export interface Adapter {
  readonly kind: string;
  readonly profile: Profile;
  readonly hooks: Hooks;
  /**
   * Reads a step-up request that the provider's side signed. `null` where it signs none.
   * @throws FaceError `caller_untrusted`: not signed by it, or expired
   */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
  /** Makes the OpenID clients of the provider's own kinds that the configuration names; `[]` where it names none. */
  createOidcClients(deps: OidcClientDeps): readonly OidcClient[];
}
