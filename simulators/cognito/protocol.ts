import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { newId, type UserPool } from './pool.js';

/** @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export const invalidParameter = (message: string): ServiceError =>
  new ServiceError('InvalidParameterException', message);
export const notAuthorized = (message = 'Incorrect username or password.'): ServiceError =>
  new ServiceError('NotAuthorizedException', message);
export const userNotFound = (): ServiceError => new ServiceError('UserNotFoundException', 'User does not exist.');
export const resourceNotFound = (message: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', message);

/** Creates the error for a value above a length limit of the API. */
export const tooLong = (member: string, max: number): ServiceError =>
  invalidParameter(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${max}`,
  );

interface Call {
  readonly pool: UserPool;
  readonly body: unknown;
  readonly now: number;
}

export type Operation = (call: Call) => unknown;

const SERVICE = 'AWSCognitoIdentityProviderService';

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
  if (error instanceof z.ZodError) return invalidParameter('1 validation error detected');
  return new ServiceError('InternalErrorException', 'Internal error', 500);
};

function send(response: ServerResponse, status: number, body: unknown): void {
  response.setHeader('x-amzn-requestid', newId(16));
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
