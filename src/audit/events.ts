import { z } from 'zod';
import { type AuditAction, type AuditDetail, type AuditEvents, timeOf } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { linesWith, readPieces } from './read.js';
import { recordHead } from './records.js';

/** Schemas of audit records: those of all features, or of the one feature whose records are read. */
export type EventSchemas = Pick<AuditEvents, 'details'>;

/** `time` is that of the event, which may be before that of its record. */
export type PastEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: z.output<typeof recordHead> & { readonly action: Each; readonly detail: AuditDetail<Each> };
}[Action];

const undetailed = recordHead.extend({ detail: z.unknown() });

export function createEventParser<Action extends AuditAction>(actions: readonly Action[], schemas: EventSchemas) {
  const guards: { readonly [Each in AuditAction]?: z.ZodType<AuditDetail<Each>> } = schemas.details;
  const missing = actions.find((action) => guards[action] === undefined);
  if (missing !== undefined) throw new FaceError('internal', `audit action ${missing} is not registered`);
  const parse = (line: Buffer): PastEvent<Action> | null => {
    const { detail, ...head } = undetailed.parse(JSON.parse(line.toString('utf8')));
    const action = actions.find((each) => each === head.action);
    const guard = action && guards[action];
    if (action === undefined || guard === undefined) return null;
    return { ...head, time: timeOf({ time: head.time, detail }), action, detail: guard.parse(detail) };
  };
  return {
    marks: actions.map((action) => `"action":"${action}"`),
    /** Returns `null` for another record, `unreadable` for a damaged line. */
    parse(line: Buffer): PastEvent<Action> | 'unreadable' | null {
      try {
        return parse(line);
      } catch {
        return 'unreadable';
      }
    },
  };
}

/**
 * Reads the records of some actions, oldest first, in constant memory. It skips unreadable lines, which `facestep audit
 * verify` reports.
 */
export async function* readEvents<Action extends AuditAction>(
  file: string,
  actions: readonly Action[],
  schemas: EventSchemas,
  {
    since = null,
    onUnreadable = () => {},
  }: { readonly since?: EpochMs | null; readonly onUnreadable?: () => void } = {},
): AsyncGenerator<PastEvent<Action>> {
  const { marks, parse } = createEventParser(actions, schemas);
  for await (const piece of readPieces(file)) {
    for (const line of linesWith(marks, piece)) {
      const event = parse(line);
      if (event === 'unreadable') onUnreadable();
      else if (event !== null && (since === null || event.time >= since)) yield event;
    }
  }
}
