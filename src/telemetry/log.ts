import pino from 'pino';
import type { Log } from '../core/ports.js';

/**
 * JSON lines, one an event. Fields are `Json`, so nothing concealed gets in.
 * @param descriptor - of the open file they go to: 1 is standard output, 2 standard error
 */
export function createLog(descriptor: number): Log {
  const logger = pino({ base: null }, pino.destination(descriptor));
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}
