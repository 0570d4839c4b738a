import type { StepUpRequest } from '../core/connection.js';
import type { Profile } from '../core/ports.js';
import type { Hooks } from './hook.js';
import type { OidcClient, OidcClientDeps } from './openid-client.js';
import type { Provisioning } from './provisioning.js';

export interface Artefact {
  /**
   * @param compose - source of an existing function that the rendered function must also run, or `null`
   * @throws FaceError `config_invalid` if the two cannot be composed
   */
  render(compose: string | null): Promise<string>;
}

export interface Adapter {
  readonly kind: string;
  readonly profile: Profile;
  readonly hooks: Hooks;
  /**
   * Verifies a signed step-up request. `null` if this provider signs none.
   * @throws FaceError `caller_untrusted`
   */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
  createOidcClients(deps: OidcClientDeps): readonly OidcClient[];
  createProvisioning(): Promise<Provisioning>;
  readonly artefacts: Readonly<Record<string, Artefact>>;
}
