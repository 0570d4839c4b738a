import type { StepUpRequest } from '../core/connection.js';
import type { Profile } from '../core/ports.js';
import type { Hooks } from './hook.js';
import type { OidcClient, OidcClientDeps } from './openid-client.js';
import type { Provisioning } from './provisioning.js';

/** A text for the provider, such as a function it runs. Contains no secret. */
export interface Artefact {
  /**
   * @param compose - source of the existing function to keep running; `null` if none
   * @throws FaceError `config_invalid`: it does not fit, or cannot be composed
   */
  render(compose: string | null): Promise<string>;
}

/** The parts of a provider's folder. */
export interface Adapter {
  readonly kind: string;
  readonly profile: Profile;
  readonly hooks: Hooks;
  /**
   * Reads a step-up request. `null` if the provider signs none.
   * @throws FaceError `caller_untrusted`: bad signature, or expired
   */
  readonly openStepUpRequest: ((request: string) => Promise<StepUpRequest>) | null;
  createOidcClients(deps: OidcClientDeps): readonly OidcClient[];
  createProvisioning(): Promise<Provisioning>;
  readonly artefacts: Readonly<Record<string, Artefact>>;
}
