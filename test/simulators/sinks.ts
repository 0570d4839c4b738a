import { randomBytes } from 'node:crypto';
import type { Audit, AuditEvent, Log, Random } from '../../src/core/ports.js';
import type { JsonObject } from '../../src/json.js';

/** The real source of randomness. */
export const systemRandom: Random = (bytes) => randomBytes(bytes);

/** A log kept as text, for tests that look for what must not be in it. */
export function createTextLog(): Log & { text(): string } {
  const lines: string[] = [];
  const write = (message: string, fields: JsonObject = {}) => {
    lines.push(JSON.stringify({ message, ...fields }));
  };
  return { info: write, warn: write, error: write, text: () => lines.join('\n') };
}

/** An audit trail kept in memory. */
export function createMemoryAudit(): Audit & { readonly events: AuditEvent[] } {
  const events: AuditEvent[] = [];
  return {
    events,
    async append(event) {
      events.push(event);
    },
    async close() {},
  };
}
