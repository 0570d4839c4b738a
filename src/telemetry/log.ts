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
 * Creates a log of JSON lines with request ids. The type `Json` keeps secrets out; redaction is a second line of
 * defense.
 * @param descriptor - 1 for standard output, 2 for standard error
 * @param isReadable - true for lines that people read in a terminal
 */
export function createLog(descriptor: number, contexts: RequestContexts, isReadable = false): Log {
  const logger = pino(
    {
      base: null,
      redact: {
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

/** If more is waiting, lines are dropped. */
const mostWaitingBytes = 1024 * 1024;

/** Ignores errors: a full disk must not end the process and cannot be reported. */
function openDestination(descriptor: number) {
  const destination = pino.destination({ dest: descriptor, sync: true, maxLength: mostWaitingBytes });
  destination.on('error', () => {});
  return destination;
}
