import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { z } from 'zod';
import { invalidParameter, ServiceError } from './errors.js';
import { newId, type UserPool } from './pool.js';

export interface Call {
  readonly pool: UserPool;
  readonly body: unknown;
  readonly now: number;
}

export type Operation = (call: Call) => unknown;

const SERVICE = 'AWSCognitoIdentityProviderService';
const BODY_MAX_BYTES = 4 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > BODY_MAX_BYTES) throw new ServiceError('RequestEntityTooLargeException', 'Too large', 413);
    parts.push(bytes);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new ServiceError('SerializationException', 'The request body is not JSON.');
  }
}

// Checks only the form of a signature, not its value.
const signature =
  /^AWS4-HMAC-SHA256 Credential=[^/,]+\/\d{8}\/[a-z0-9-]+\/cognito-idp\/aws4_request, SignedHeaders=[^,]+, Signature=[0-9a-f]{64}$/;

/** @throws ServiceError unless the call is signed as AWS SDKs sign (Signature Version 4) */
export function requireSignature(request: IncomingMessage): void {
  if (!signature.test(request.headers.authorization ?? '')) {
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
}

/**
 * Creates the server side of the AWS JSON 1.1 protocol: `X-Amz-Target` names the operation, and errors have `__type`.
 */
export function createProtocol(
  perform: (operation: string, body: unknown, request: IncomingMessage) => Promise<unknown>,
  now: () => number,
): RequestListener {
  return async (request, response) => {
    // Browsers send a CORS preflight request.
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    response.setHeader('date', new Date(now()).toUTCString());
    if (request.method === 'OPTIONS') {
      response.writeHead(200).end();
      return;
    }
    try {
      const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
      if (service !== SERVICE || operation === '')
        throw new ServiceError('UnknownOperationException', 'Unknown operation');
      const body = await readBody(request);
      send(response, 200, await perform(operation, body, request));
    } catch (error) {
      const { type, message, status } = toServiceError(error);
      response.setHeader('x-amzn-errortype', type);
      send(response, status, { __type: type, message });
    }
  };
}

const toServiceError = (error: unknown): ServiceError => {
  if (error instanceof ServiceError) return error;
  if (error instanceof z.ZodError) return invalidParameter('1 validation error detected');
  return new ServiceError('InternalErrorException', 'Internal error', 500);
};

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader('x-amzn-requestid', newId(16));
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
