import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { ZodError } from 'zod';

/** Error answer of a simulated AWS service. */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

/**
 * Returns true if a call has a signature of AWS SDKs (Signature Version 4) for a service. Only the form is checked.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
 */
export function isSigned({ headers }: IncomingMessage, region: string, service: string): boolean {
  const scope = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=[^/,]+/\\d{8}/${region}/${service}/aws4_request, SignedHeaders=[\\w;-]*host[\\w;-]*, Signature=[0-9a-f]{64}$`,
  );
  return scope.test(headers.authorization ?? '') && headers['x-amz-date'] !== undefined;
}

/**
 * Creates the server side of the AWS JSON 1.1 protocol: `X-Amz-Target` names the operation, and errors have `__type`.
 */
export function createProtocol(
  service: string,
  now: () => number,
  perform: (operation: string, body: unknown, request: IncomingMessage) => Promise<unknown>,
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
      const [prefix, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
      if (prefix !== service || operation === '')
        throw new ServiceError('UnknownOperationException', 'Unknown operation');
      const body = await json(request).catch(() => {
        throw new ServiceError('SerializationException', 'The request body is not JSON.');
      });
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
  if (error instanceof ZodError) {
    return new ServiceError('InvalidParameterException', '1 validation error detected');
  }
  return new ServiceError('InternalErrorException', 'Internal error', 500);
};

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader('x-amzn-requestid', randomUUID());
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
