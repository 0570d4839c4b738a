import type { Provisioning, RotatableSecret } from '../connections/provisioning.js';

export interface SecretRotation extends RotatableSecret {
  /** True if applying the steps sends the secret to the provider. Otherwise an administrator deploys it. */
  readonly isPushed: boolean;
}

export const findSecrets = ({ secrets, steps }: Pick<Provisioning, 'secrets' | 'steps'>): SecretRotation[] =>
  secrets.map((secret) => ({ ...secret, isPushed: steps.some(({ pushSecret }) => pushSecret !== undefined) }));
