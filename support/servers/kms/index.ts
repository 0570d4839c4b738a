import { createServer } from 'node:http';
import { z } from 'zod';
import { createProtocol, isSigned, ServiceError } from '../../../simulators/aws.js';
import { serveForTest } from '../serve.js';
import { createKmsKeys } from './keys.js';

export type Trouble = 'none' | 'silent' | 'denied' | 'throttled' | 'broken';

export const kmsEnvironment = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' } as const;

const askedGuard = z.object({
  KeyId: z.string(),
  MacAlgorithm: z.string().optional(),
  SigningAlgorithm: z.string().optional(),
});

/** Starts AWS KMS over AWS JSON 1.1, for the real SDK. */
export async function startKms(region = 'eu-central-1') {
  const keys = createKmsKeys(region);
  const calls: string[] = [];
  const asked: (z.infer<typeof askedGuard> & { readonly operation: string })[] = [];
  let trouble: Trouble = 'none';
  let delayMs = 0;

  const protocol = createProtocol('TrentService', Date.now, async (operation, body, request) => {
    calls.push(operation);
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1')
      throw new ServiceError('SerializationException', 'content type');
    if (!isSigned(request, region, 'kms'))
      throw new ServiceError('IncompleteSignatureException', 'the request is not signed for this service and region');
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (trouble === 'denied')
      throw new ServiceError('AccessDeniedException', `not authorized to perform: ${operation}`);
    if (trouble === 'throttled') throw new ServiceError('ThrottlingException', 'Rate exceeded');
    if (trouble === 'broken') throw new ServiceError('KMSInternalException', 'internal', 500);
    asked.push({ ...askedGuard.parse(body), operation });
    return keys.run(operation, body);
  });

  const server = createServer((request, response) => {
    if (trouble === 'silent') calls.push('unanswered');
    else protocol(request, response);
  });
  const { host, close } = await serveForTest(server);

  return {
    region,
    url: `http://${host}`,
    calls,
    asked,
    cause(next: Trouble): void {
      trouble = next;
    },
    slowDown(ms: number): void {
      delayMs = ms;
    },
    createKey: keys.create,
    /** Creates the keys of a server. @returns its setting `keys` */
    createServerKeys: () => ({
      kind: 'aws-kms',
      region,
      endpoint: `http://${host}`,
      sealing: [{ version: 1, keyId: keys.create('HMAC_256') }],
      signing: { keyId: keys.create('ECC_NIST_P256') },
      oidc: { keyId: keys.create('RSA_2048') },
    }),
    disable: (keyId: string) => keys.setState(keyId, 'Disabled'),
    scheduleDeletion: (keyId: string) => keys.setState(keyId, 'PendingDeletion'),
    close,
  };
}
