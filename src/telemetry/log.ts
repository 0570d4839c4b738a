import pino from 'pino';
import type { Log } from '../core/ports.js';
import { toReadableLine } from './readable-line.js';
import type { RequestContexts } from './request-context.js';

/** Names of fields that could contain a secret by mistake. */
const secretNames = [
  ...['adminKey', 'apiKey', 'authorization', 'cookie', 'credential', 'password', 'pin', 'secret', 'session', 'ticket'],
  ...['token', 'auth_token', 'enrolmentToken', 'receipt', 'challenge'],
  ...['photo', 'photos', 'image', 'embedding', 'key', 'privateKey'],
];

/**
 * Creates a log of JSON lines with request ids. Secrets cannot be logged, because their types do not match `Json`;
 * redaction by name is a second line of defense.
 * @param descriptor - 1 for standard output, 2 for standard error
 * @param isReadable - true for lines that people read in a terminal
 */
export function createLog(descriptor: number, contexts: RequestContexts, isReadable = false): Log {
  const logger = pino(
    {
      base: null,
      redact: {
        // Paths are listed without wildcards, with which redaction would take five times as long.
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
    isReadable ? readable(openDestination(descriptor)) : openDestination(descriptor),
  );
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

const readable = (destination: pino.DestinationStream): pino.DestinationStream => ({
  write: (line) => destination.write(toReadableLine(line)),
});

/** Maximum of bytes that wait to be written. Beyond it, lines are dropped. */
const mostWaitingBytes = 1024 * 1024;

/**
 * Opens the output. Write errors, such as a full disk, are ignored, because they must not end the process and there is
 * no place to report them.
 */
function openDestination(descriptor: number) {
  const destination = pino.destination({ dest: descriptor, sync: true, maxLength: mostWaitingBytes });
  destination.on('error', () => {});
  return destination;
}
