import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { isSigned } from '../aws-signature.js';
import { serve } from '../serve.js';
import { createKmsKeys, KmsRefusal, type Spec } from './keys.js';

export type Trouble = 'none' | 'silent' | 'denied' | 'throttled' | 'broken';

export const kmsEnvironment = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' } as const;

const askedGuard = z.object({
  KeyId: z.string(),
  MacAlgorithm: z.string().optional(),
  SigningAlgorithm: z.string().optional(),
});

const createdGuard = z.object({ KeyMetadata: z.object({ KeyId: z.string() }) });

/** Starts AWS KMS over AWS JSON 1.1, for the real SDK. */
export async function startKms(region = 'eu-central-1') {
  const keys = createKmsKeys(region);
  const calls: string[] = [];
  const asked: (z.infer<typeof askedGuard> & { readonly operation: string })[] = [];
  let trouble: Trouble = 'none';
  let delayMs = 0;

  const answer = async (request: IncomingMessage): Promise<object> => {
    const [prefix, operation = ''] = (request.headers['x-amz-target'] ?? '').toString().split('.');
    calls.push(operation);
    const body = await text(request);
    if (request.method !== 'POST' || prefix !== 'TrentService') throw new KmsRefusal('UnknownOperationException', '');
    if (request.headers['content-type'] !== 'application/x-amz-json-1.1')
      throw new KmsRefusal('SerializationException', 'content type');
    if (!isSigned(request, region, 'kms'))
      throw new KmsRefusal('IncompleteSignatureException', 'the request is not signed for this service and region');
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (trouble === 'denied') throw new KmsRefusal('AccessDeniedException', `not authorized to perform: ${operation}`);
    if (trouble === 'throttled') throw new KmsRefusal('ThrottlingException', 'Rate exceeded');
    if (trouble === 'broken') throw new KmsRefusal('KMSInternalException', 'internal', 500);
    asked.push({ ...askedGuard.parse(JSON.parse(body)), operation });
    return keys.run(operation, JSON.parse(body));
  };

  const server = createServer((request, response) => {
    if (trouble === 'silent') {
      calls.push('unanswered');
      return;
    }
    answer(request).then(
      (body) => reply(response, 200, body),
      (error: unknown) => {
        if (error instanceof KmsRefusal) reply(response, error.status, { __type: error.type, message: error.message });
        else reply(response, 500, { __type: 'KMSInternalException' });
      },
    );
  });
  const { host, close } = await serve(server);

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
    createKey(spec: Spec): string {
      const usage = { HMAC: 'GENERATE_VERIFY_MAC', SYMM: 'ENCRYPT_DECRYPT' }[spec.slice(0, 4)] ?? 'SIGN_VERIFY';
      return createdGuard.parse(keys.run('CreateKey', { KeySpec: spec, KeyUsage: usage })).KeyMetadata.KeyId;
    },
    disable: (keyId: string) => keys.run('DisableKey', { KeyId: keyId }),
    scheduleDeletion: (keyId: string) => keys.run('ScheduleKeyDeletion', { KeyId: keyId }),
    close,
  };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
