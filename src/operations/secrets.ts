import type { Provisioning, RotatableSecret } from '../connections/provisioning.js';

export interface SecretRotation extends RotatableSecret {
  /** True if applying sends the secret to the provider; otherwise an administrator deploys it. */
  readonly isPushed: boolean;
}

/** Returns the secrets that an administrator can rotate. */
export const findSecrets = ({ secrets, steps }: Pick<Provisioning, 'secrets' | 'steps'>): SecretRotation[] =>
  secrets.map((secret) => ({ ...secret, isPushed: steps.some(({ pushSecret }) => pushSecret !== undefined) }));
