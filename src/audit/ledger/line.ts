import { z } from 'zod';
import { outcomes } from '../../core/audit-events.js';

/** Stored form of a line. `null` and empty fields are omitted. */
const lineGuard = z.object({
  connection: z.string(),
  subject: z.string().nullable().default(null),
  /** An `AuditAction`, or one of an extension that has been removed since. */
  action: z.string(),
  outcome: z.enum(outcomes),
  code: z.string().nullable().default(null),
  reasons: z.array(z.string()).readonly().default([]),
  application: z.string().nullable().default(null),
  hook: z.string().nullable().default(null),
  by: z.string().nullable().default(null),
  requestId: z.string().nullable().default(null),
  stepUpId: z.string().nullable().default(null),
  network: z.string().nullable().default(null),
  seconds: z.int().nullable().default(null),
});

/** A line of the log. It has ids only, but no name, login or face data. */
export interface LogLine extends Readonly<z.output<typeof lineGuard>> {
  /**
   * Consists of time, hash chain and number in the chain. Later lines have greater ids. A rebuilt log has the same ids.
   */
  readonly id: string;
}

export function serializeLine({ id: _, ...line }: LogLine): string {
  const told = Object.entries(line).filter(([, value]) => value !== null && value !== '' && !isEmpty(value));
  return JSON.stringify({ connection: line.connection, ...Object.fromEntries(told) });
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

export const parseLine = (id: string, text: string): LogLine => ({ id, ...lineGuard.parse(JSON.parse(text)) });
