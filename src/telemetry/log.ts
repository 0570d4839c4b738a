import pino from 'pino';
import type { Log } from '../core/ports.js';
import type { RequestContexts } from './request-context.js';

/** Names under which somebody could hand the log a secret by mistake, at the top of a line or in its `detail`. */
const secretNames = [
  ...['adminKey', 'apiKey', 'authorization', 'cookie', 'credential', 'password', 'pin', 'secret', 'session', 'ticket'],
  ...['token', 'auth_token', 'enrolmentToken', 'receipt', 'challenge'],
  ...['photo', 'photos', 'image', 'embedding', 'key', 'privateKey'],
];

/**
 * JSON lines, one an event, each with the request it belongs to. Fields are `Json`, so nothing secret gets in; the
 * names above are a second line, for texts.
 * @param descriptor - of the open file they go to: 1 is standard output, 2 standard error
 */
export function createLog(descriptor: number, contexts: RequestContexts): Log {
  const logger = pino(
    {
      base: null,
      redact: {
        // Paths with a star would take five times as long as the whole line does.
        paths: secretNames.flatMap((name) => [name, `detail.${name}`]),
        censor: '[redacted]',
      },
      mixin: () => {
        const context = contexts.current();
        if (context === null) return {};
        const { requestId, trace } = context;
        return trace === null ? { requestId } : { requestId, traceId: trace.traceId };
      },
    },
    openDestination(descriptor),
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

/** Lines that wait where the log cannot be written. What is more is dropped: memory is for requests. */
const mostWaitingBytes = 1024 * 1024;

/** A full disk under the log is no reason to end, and there is nowhere to tell of it. */
function openDestination(descriptor: number) {
  const destination = pino.destination({ dest: descriptor, sync: true, maxLength: mostWaitingBytes });
  destination.on('error', () => {});
  return destination;
}
