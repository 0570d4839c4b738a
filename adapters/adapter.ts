import type { StepUpRequest } from '../src/core/connection.js';
import type { Profile } from '../src/core/ports.js';
import type { Hooks } from './hook.js';
import type { OidcClient, OidcClientDeps } from './openid-client.js';
import type { Provisioning } from './provisioning.js';

/** A text of ours that the provider is given, such as a function it runs. No secret is in it. */
export interface Artefact {
  /**
   * @param compose - the source of a function that is in its place already, to go on running; `null` without one
   * @throws FaceError `config_invalid`: it does not fit, or cannot be composed
   */
  render(compose: string | null): Promise<string>;
}

/** What every identity provider's folder supplies. Adding a provider means one new folder and one row of index.ts. */
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
  /** Makes what sets the connection up at the provider, and tells how it stands. Loaded only then. */
  createProvisioning(): Promise<Provisioning>;
  /** What the provider is given, by name; `{}` where nothing. */
  readonly artefacts: Readonly<Record<string, Artefact>>;
}
