import type { ErrorRequestHandler } from 'express';
import type { z } from 'zod';
import { Refused } from '../serve.js';
import { newId } from './org.js';

/** @see https://developer.okta.com/docs/reference/error-codes/ */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly errorCode: string,
    readonly errorSummary: string,
    readonly causes: readonly string[] = [],
  ) {
    super(errorSummary);
  }
}

/** A token endpoint error (RFC 6749, section 5.2). */
export class OAuthError extends Refused {}

/** @throws ApiError E0000007 */
export function findIn<Entry>(entries: ReadonlyMap<string, Entry>, id: unknown, type: string): Entry {
  const found = entries.get(String(id));
  if (found === undefined) throw notFound(String(id), type);
  return found;
}

/** @throws ApiError E0000001 */
export function parseBody<Output>(guard: z.ZodType<Output>, body: unknown, field: string): Output {
  const parsed = guard.safeParse(body);
  if (parsed.success) return parsed.data;
  const causes = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw invalid(field, causes);
}

export const notFound = (id: string, type: string): ApiError =>
  new ApiError(404, 'E0000007', `Not found: Resource not found: ${id} (${type})`);

export const invalid = (field: string, causes: readonly string[]): ApiError =>
  new ApiError(400, 'E0000001', `Api validation failed: ${field}`, causes);

export const invalidSearch = (cause: string): ApiError =>
  new ApiError(400, 'E0000031', 'Invalid search criteria.', [cause]);

export const wrongStatus = (): ApiError =>
  new ApiError(403, 'E0000038', "This operation is not allowed in the user's current status.");

export const sourcedElsewhere = (): ApiError =>
  new ApiError(403, 'E0000023', 'Operation failed because user profile is mastered under another system');

export const invalidToken = (): ApiError => new ApiError(401, 'E0000011', 'Invalid token provided');

export const forbidden = (): ApiError =>
  new ApiError(403, 'E0000006', 'You do not have permission to perform the requested action');

export const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
  if (error instanceof OAuthError) {
    response.status(error.status).json({ error: error.code, error_description: error.message });
    return;
  }
  const { status, errorCode, errorSummary, causes } =
    error instanceof ApiError
      ? error
      : error instanceof SyntaxError
        ? new ApiError(400, 'E0000003', 'The request body was not well-formed.')
        : new ApiError(500, 'E0000009', 'Internal Server Error');
  response.status(status).json({
    errorCode,
    errorSummary,
    errorLink: errorCode,
    errorId: newId('oae', 22),
    errorCauses: causes.map((cause) => ({ errorSummary: cause })),
  });
};
