import type { Provisioning, RotatableSecret } from '../../adapters/provisioning.js';

export interface SecretRotation extends RotatableSecret {
  readonly words: readonly string[];
}

/** Returns secrets with instructions, because this server cannot write its configuration. */
export function findSecrets({ secrets, steps }: Pick<Provisioning, 'secrets' | 'steps'>): SecretRotation[] {
  const isPushed = steps.some(({ pushSecret }) => pushSecret !== undefined);
  return secrets.map((secret) => ({
    ...secret,
    words: secret.isPreviousTaken
      ? [
          ...(isPushed ? ['Give the provider the new one, if that was not done: apply, and push the secrets.'] : []),
          `Once the log no longer says "called with the previous secret", take ${secret.previousSetting} out of the configuration, and reload every replica.`,
        ]
      : [
          `Make a new one (openssl rand -base64 32). Put it into ${secret.setting}, and the one of before into ${secret.previousSetting}.`,
          'Reload every replica: both are taken then.',
          isPushed
            ? 'Give the provider the new one: apply, and push the secrets.'
            : 'Deploy the functions that call this server with the new one.',
        ],
  }));
}
