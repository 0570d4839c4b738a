import type { AwsKmsConfig } from '../../config/keys.js';
import type { KeyVersion } from '../../core/ports.js';
import { currentOf } from '../../storage/keys/aws-kms.js';
import type { KeyUse } from '../../storage/keys/key-notes.js';

/* Changing keys in AWS KMS needs permissions that this service must not have, so commands print instructions. */

const kinds = {
  sealing: { spec: 'HMAC_256', usage: 'GENERATE_VERIFY_MAC' },
  signing: { spec: 'ECC_NIST_P256', usage: 'SIGN_VERIFY' },
  oidc: { spec: 'RSA_2048', usage: 'SIGN_VERIFY' },
} as const satisfies Record<KeyUse, { spec: string; usage: string }>;

/** Returns instructions to add a key in two rollouts, so that no replica meets a key it does not know. */
export function rotateInAwsKms(config: AwsKmsConfig, use: KeyUse): string[] {
  const { spec, usage } = kinds[use];
  const create = `aws kms create-key --region ${config.region} --key-spec ${spec} --key-usage ${usage}`;
  const next = Math.max(...config.sealing.map(({ version }) => version)) + 1;
  return [
    'The keys are in AWS KMS. To add one:',
    `1. Make it, with a policy by which this service may use it (docs/keys.md): ${create} --policy file://policy.json`,
    use === 'sealing'
      ? `2. On every replica, add { "version": ${next}, "keyId": "<KeyId>" } to keys.sealing, and set keys.current to ${currentOf(config)}. Restart the replicas one after the other.`
      : `2. On every replica, add "<KeyId>" to keys.${use}.others. Restart the replicas one after the other.`,
    ...(use === 'sealing'
      ? []
      : ['   Wait until verifiers have read the published keys: see docs/keys.md for the time.']),
    use === 'sealing'
      ? `3. On every replica, set keys.current to ${next}. Restart the replicas one after the other.`
      : `3. On every replica, make "<KeyId>" the keys.${use}.keyId, and put the former one into keys.${use}.others. Restart the replicas one after the other.`,
  ];
}

export function retireInAwsKms({ sealing, region }: AwsKmsConfig, version: KeyVersion): string[] {
  const keyId = sealing.find((key) => key.version === version)?.keyId ?? '';
  return [
    'The keys are in AWS KMS. To retire this one, and lose those tokens:',
    `1. Disable it; running servers refuse its tokens within 10 seconds: aws kms disable-key --region ${region} --key-id ${keyId}`,
    `   Until the next step this can be undone: aws kms enable-key --region ${region} --key-id ${keyId}`,
    `2. Destroy it: aws kms schedule-key-deletion --region ${region} --key-id ${keyId} --pending-window-in-days 30`,
    '   If Terraform created the key, remove it from the Terraform state first (docs/keys.md).',
    `3. Take version ${version} out of keys.sealing on every replica.`,
  ];
}
