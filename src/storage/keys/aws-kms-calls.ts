import { createPublicKey, type KeyObject } from 'node:crypto';
import { type KeySpec, KMS, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { z } from 'zod';
import type { AwsKmsConfig } from '../../config/keys.js';
import { findCause } from '../../core/base/failure-cause.js';
import type { Ports } from '../../core/deps.js';
import { createBreaker } from '../../core/resilience.js';
import { type EpochMs, epochMs } from '../../core/units.js';
import { FaceError } from '../../errors.js';
import { toAwsOptions } from '../../network/forward-proxy.js';

export interface KeyDescription {
  /** `Enabled`, `Disabled`, `PendingDeletion`, … */
  readonly state: string;
  /** `HMAC_256`, `ECC_NIST_P256`, `RSA_2048`, … */
  readonly spec: string;
  readonly usage: string;
  readonly createdAt: EpochMs;
}

/**
 * Calls to AWS KMS, with one retry and a circuit breaker. Results are `null` if the key is disabled or deleted.
 * @throws `key_service_unavailable` if there is no answer, or the call is throttled or denied
 */
export interface AwsKmsCalls {
  /** @param message - 1 to 4,096 bytes */
  generateMac(keyId: string, message: Uint8Array): Promise<Uint8Array | null>;
  /** @param digest - SHA-256 @returns an ECDSA signature in DER, or an RSA signature */
  sign(keyId: string, algorithm: SigningAlgorithmSpec, digest: Uint8Array): Promise<Uint8Array | null>;
  getPublicKey(keyId: string): Promise<{ readonly key: KeyObject; readonly spec: KeySpec } | null>;
  describeKey(keyId: string): Promise<KeyDescription | null>;
}

/** Limits of one call: connecting, answering, and all attempts together. */
const connectMs = 1000;
const answerMs = 2000;
const totalMs = 5000;

const outagesToOpen = 5;
const coolDownMs = 5000;

/** KMS errors that mean a key is disabled or deleted. */
const goneNames = ['DisabledException', 'NotFoundException', 'KMSInvalidStateException'];

/** Creates the calls. The AWS SDK finds the credentials itself. */
export function createAwsKmsCalls(
  config: Pick<AwsKmsConfig, 'region' | 'endpoint'>,
  { clock, log }: Ports<'clock' | 'log'>,
): AwsKmsCalls {
  const kms = new KMS(toAwsOptions(config, connectMs, answerMs));
  const breaker = createBreaker({
    clock,
    outagesToOpen,
    coolDownMs,
    onChange: (state) => log.warn('AWS KMS circuit breaker changed state', { state }),
  });

  const call = async <Answer>(
    operation: string,
    keyId: string,
    send: (options: { readonly abortSignal: AbortSignal }) => Promise<Answer>,
  ): Promise<Answer | null> => {
    const refuse = (reason: string, status: number | null = null, cause: string | null = null): FaceError =>
      new FaceError('key_service_unavailable', { service: 'aws-kms', operation, keyId, reason, status, cause });
    const permit = breaker.enter();
    if (permit === null) throw refuse('circuit_open');
    try {
      const answer = await send({ abortSignal: AbortSignal.timeout(totalMs) });
      permit.report('answered');
      return answer;
    } catch (error) {
      const { name, status } = toServiceFailure(error);
      permit.report(status === null || status >= 500 || name === 'ThrottlingException' ? 'outage' : 'answered');
      if (goneNames.includes(name)) return null;
      // The SDK's error is dropped, because it contains the response.
      throw refuse(name, status, findCause(error));
    }
  };

  const present = <T>(value: T | undefined, keyId: string): T => {
    if (value === undefined) throw new FaceError('key_service_unavailable', { service: 'aws-kms', keyId });
    return value;
  };

  return {
    async generateMac(keyId, message) {
      const input = { KeyId: keyId, MacAlgorithm: 'HMAC_SHA_256', Message: message } as const;
      const answer = await call('GenerateMac', keyId, (options) => kms.generateMac(input, options));
      return answer && present(answer.Mac, keyId);
    },
    async sign(keyId, algorithm, digest) {
      const input = { KeyId: keyId, SigningAlgorithm: algorithm, MessageType: 'DIGEST', Message: digest } as const;
      const answer = await call('Sign', keyId, (options) => kms.sign(input, options));
      return answer && present(answer.Signature, keyId);
    },
    async getPublicKey(keyId) {
      const answer = await call('GetPublicKey', keyId, (options) => kms.getPublicKey({ KeyId: keyId }, options));
      if (answer === null) return null;
      const der = Buffer.from(present(answer.PublicKey, keyId));
      return {
        key: createPublicKey({ key: der, format: 'der', type: 'spki' }),
        spec: present(answer.KeySpec, keyId),
      };
    },
    async describeKey(keyId) {
      const answer = await call('DescribeKey', keyId, (options) => kms.describeKey({ KeyId: keyId }, options));
      if (answer === null) return null;
      const { KeyState, KeySpec, KeyUsage, CreationDate } = present(answer.KeyMetadata, keyId);
      return {
        state: present(KeyState, keyId),
        spec: present(KeySpec, keyId),
        usage: present(KeyUsage, keyId),
        createdAt: epochMs(present(CreationDate, keyId).getTime()),
      };
    },
  };
}

const serviceErrorGuard = z.object({
  name: z.string().regex(/^[A-Za-z]{1,64}$/),
  $metadata: z.object({ httpStatusCode: z.number().optional() }).optional(),
});

function toServiceFailure(error: unknown): { readonly name: string; readonly status: number | null } {
  const { data } = serviceErrorGuard.safeParse(error);
  return { name: data?.name ?? 'unknown', status: data?.$metadata?.httpStatusCode ?? null };
}
