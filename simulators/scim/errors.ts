import type { ErrorRequestHandler, Response } from 'express';

export class ScimError extends Error {
  constructor(
    readonly status: number,
    readonly scimType: string | null,
    detail: string,
  ) {
    super(detail);
  }
}

/** Sends a reply with SCIM's media type (RFC 7644, section 8.1). */
export function sendScim(response: Response, status: number, body: object): void {
  response.status(status).type('application/scim+json').send(JSON.stringify(body));
}

/** Express recognizes error handlers by four parameters. */
export const answerError: ErrorRequestHandler = (error, _request, response, _next) => {
  const known =
    error instanceof ScimError
      ? error
      : error instanceof SyntaxError
        ? new ScimError(400, 'invalidSyntax', 'The request body is not JSON')
        : new ScimError(500, null, 'Internal error');
  sendScim(response, known.status, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ...(known.scimType === null ? {} : { scimType: known.scimType }),
    detail: known.message,
    status: String(known.status),
  });
};
