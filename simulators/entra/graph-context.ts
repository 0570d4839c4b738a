import { randomUUID } from 'node:crypto';
import type { ErrorRequestHandler, Request } from 'express';
import type { z } from 'zod';
import { Refused } from '../serve.js';

export class GraphError extends Refused {}

export const notFound = (id: string): GraphError =>
  new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );

export const badRequest = (message: string): GraphError => new GraphError(400, 'Request_BadRequest', message);

/** @throws GraphError with this message if the body does not fit */
export function parseBody<Output>(guard: z.ZodType<Output>, body: unknown, message: string): Output {
  const parsed = guard.safeParse(body);
  if (!parsed.success) throw badRequest(message);
  return parsed.data;
}

export const denied = (): GraphError =>
  new GraphError(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');

export const unauthenticated = (): GraphError =>
  new GraphError(401, 'InvalidAuthenticationToken', 'Access token validation failure.');

/** @see https://learn.microsoft.com/en-us/graph/errors */
export const answerGraphError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  const { status, code, message } =
    error instanceof GraphError ? error : badRequest('Unable to read JSON request payload.');
  const requestId = randomUUID();
  response.status(status).json({
    error: {
      code,
      message,
      innerError: { date: new Date().toISOString(), 'request-id': requestId, 'client-request-id': requestId },
    },
  });
};

/** Graph's default fields of a user; other resources return all fields. */
const userFields = 'id,displayName,mail,userPrincipalName';

export function toSelected(entry: object, { query }: Pick<Request, 'query'>): object {
  const isUser = Reflect.has(entry, 'userPrincipalName');
  const wanted = query.$select ?? (isUser ? userFields : null);
  if (wanted === null) return entry;
  const names = String(wanted).split(',');
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)));
}
