import { randomBytes } from 'node:crypto';
import { auditEvents } from '../../src/app/audit-events.js';
import type { AuditAction, AuditEvent } from '../../src/core/audit-events.js';
import type { JsonObject } from '../../src/core/base/json.js';
import type { Audit, Log, Random } from '../../src/core/ports.js';

export const systemRandom: Random = (bytes) => randomBytes(bytes);

/** Creates a log stored as text, for tests of what it must not contain. */
export function createTextLog(): Log & { text(): string } {
  const lines: string[] = [];
  const write = (message: string, fields: JsonObject = {}) => {
    lines.push(JSON.stringify({ message, ...fields }));
  };
  return { info: write, warn: write, error: write, text: () => lines.join('\n') };
}

export interface WrittenEvent {
  readonly action: AuditAction;
  readonly connection: string;
  readonly subject: string;
  readonly detail: JsonObject;
}

/** Audit records are hashed as written, so their fields must have the guard's order. */
function write({ action, connection, subject, detail }: AuditEvent): WrittenEvent {
  const text = JSON.stringify(detail);
  const guarded = JSON.stringify(auditEvents.details[action]?.parse(detail));
  if (guarded !== text) throw new Error(`${action} is written as ${text}, and its guard knows ${guarded}`);
  return { action, connection, subject, detail: JSON.parse(text) };
}

/** Creates an audit log in memory that accepts only valid events. */
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
