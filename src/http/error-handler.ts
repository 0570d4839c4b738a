import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { framesOf } from '../base/frames.js';
import type { Log } from '../core/ports.js';
import { FaceError, toCode } from '../errors.js';
import { noteRefusal } from './access-log.js';
import { discardRest } from './collect.js';
import type { Refuse } from './direct.js';
import { isFault, sendRefusal } from './reply.js';

/** What Node's parser says of a caller who stops sending HTTP in the middle of a body. */
const brokenHttpGuard = z.object({ code: z.string().startsWith('HPE_') });

/** What Express says of a request for a file that is there and not sent so: a range or a version that it has not, a way out of the folder. */
const unsentFileGuard = z.object({ expose: z.literal(true), statusCode: z.literal([400, 403, 412, 416]) });

/** What libraries throw at a request that is not as it should be. */
function toRefusal(thrown: unknown): unknown {
  // Express throws this for an address with broken percent signs.
  if (thrown instanceof URIError) return new FaceError('not_found');
  // Sending a file fails with this, while nobody reads the body.
  if (brokenHttpGuard.safeParse(thrown).success) return new FaceError('request_malformed', 'aborted');
  const unsent = unsentFileGuard.safeParse(thrown).data;
  if (unsent === undefined) return thrown;
  return new FaceError(unsent.statusCode === 403 ? 'not_found' : 'request_malformed');
}

/** The one place where a refusal becomes a reply. */
export function createRefuse(log: Log): Refuse {
  return (thrown, request, response) => {
    const error = toRefusal(thrown);
    const code = toCode(error);
    noteRefusal(response, error);
    if (isFault(code)) {
      log.error('request failed', {
        code,
        detail: error instanceof FaceError ? error.detail : null,
        frames: framesOf(error),
        cause: error instanceof Error ? framesOf(error.cause) : 'none',
      });
    }
    if (response.headersSent) response.destroy();
    else {
      // What was said of a file that is not sent after all is not said of this.
      response.removeHeader('Content-Encoding');
      response.setHeader('Cache-Control', 'no-store');
      sendRefusal(response, error);
    }
    discardRest(request);
  };
}

/** The same for Express, which knows it by its four parameters. */
export function createErrorHandler(log: Log) {
  const refuse = createRefuse(log);
  return (thrown: unknown, request: IncomingMessage, response: ServerResponse, _next: unknown): void =>
    refuse(thrown, request, response);
}
