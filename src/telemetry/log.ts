import pino from 'pino';
import type { Log } from '../core/ports.js';

/** JSON lines on standard output, one an event. Fields are `Json`, so nothing concealed gets in. */
export function createLog(): Log {
  const logger = pino({ base: null });
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
