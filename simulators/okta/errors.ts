import type { ErrorRequestHandler } from 'express';
import { newId } from './ids.js';

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

export const notFound = (id: string, type: string): ApiError =>
  new ApiError(404, 'E0000007', `Not found: Resource not found: ${id} (${type})`);

export const invalid = (field: string, causes: readonly string[]): ApiError =>
  new ApiError(400, 'E0000001', `Api validation failed: ${field}`, causes);

export const wrongStatus = (): ApiError =>
  new ApiError(403, 'E0000038', "This operation is not allowed in the user's current status.");

export const sourcedElsewhere = (): ApiError =>
  new ApiError(403, 'E0000023', 'Operation failed because user profile is mastered under another system');

export const invalidToken = (): ApiError => new ApiError(401, 'E0000011', 'Invalid token provided');

export const forbidden = (): ApiError =>
  new ApiError(403, 'E0000006', 'You do not have permission to perform the requested action');

export const answerError: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
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
