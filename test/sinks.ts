import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../src/base/json.js';
import { type AuditAction, type AuditEvent, auditDetails } from '../src/core/audit-events.js';
import type { Audit, Log, Random } from '../src/core/ports.js';

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

/** An event as a trail has it. */
export interface WrittenEvent {
  readonly action: AuditAction;
  readonly connection: string;
  readonly subject: string;
  readonly detail: JsonObject;
}

/** Records are hashed as they are written: their fields are the guard's, in its order, and no others. */
function write({ action, connection, subject, detail }: AuditEvent): WrittenEvent {
  const text = JSON.stringify(detail);
  const guarded = JSON.stringify(auditDetails[action].parse(detail));
  if (guarded !== text) throw new Error(`${action} is written as ${text}, and its guard knows ${guarded}`);
  return { action, connection, subject, detail: JSON.parse(text) };
}

/** An audit trail kept in memory, which takes nothing but what the guards of its actions say. */
export function createMemoryAudit(): Audit & { readonly events: WrittenEvent[] } {
  const events: WrittenEvent[] = [];
  return {
    events,
    async append(event) {
      events.push(write(event));
    },
    async close() {},
  };
}
