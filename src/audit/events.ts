import { z } from 'zod';
import { auditEvents } from '../app/audit-events.js';
import type { AuditAction, PastDetail } from '../core/audit-events.js';
import type { SubjectRef } from '../core/connection.js';
import type { EpochMs } from '../core/units.js';
import { FaceError } from '../errors.js';
import { linesWith, readPieces } from './read.js';
import { recordHead } from './records.js';

const guardsOf = (): { readonly [Action in AuditAction]?: z.ZodType<PastDetail<Action>> } => ({
  ...auditEvents.details,
  ...auditEvents.past,
});

export type PastEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: z.output<typeof recordHead> & { readonly action: Each; readonly detail: PastDetail<Each> };
}[Action];

export interface EventParser<Action extends AuditAction> {
  readonly marks: readonly string[];
  /** Returns `null` for another record, `unreadable` for a damaged line. */
  parse(line: Buffer): PastEvent<Action> | 'unreadable' | null;
}

/** Returns true if a line is a record of any action, also of extensions. */
export function isReadable(line: Buffer): boolean {
  try {
    const { action, detail } = undetailed.parse(JSON.parse(line.toString('utf8')));
    const past: Readonly<Record<string, z.ZodType>> = auditEvents.past;
    const current: Readonly<Record<string, z.ZodType>> = auditEvents.details;
    return (past[action] ?? current[action])?.safeParse(detail).success ?? false;
  } catch {
    return false;
  }
}

const undetailed = recordHead.extend({ detail: z.unknown() });

export function createEventParser<Action extends AuditAction>(actions: readonly Action[]): EventParser<Action> {
  const guards = guardsOf();
  const missing = actions.find((action) => guards[action] === undefined);
  if (missing !== undefined) throw new FaceError('internal', `audit action ${missing} is not registered`);
  const parse = (line: Buffer): PastEvent<Action> | null => {
    const { detail, ...head } = undetailed.parse(JSON.parse(line.toString('utf8')));
    const action = actions.find((each) => each === head.action);
    const guard = action && guards[action];
    return action === undefined || guard === undefined ? null : { ...head, action, detail: guard.parse(detail) };
  };
  return {
    marks: actions.map((action) => `"action":"${action}"`),
    parse(line) {
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
  {
    since = null,
    onUnreadable = () => {},
  }: { readonly since?: EpochMs | null; readonly onUnreadable?: () => void } = {},
): AsyncGenerator<PastEvent<Action>> {
  const { marks, parse } = createEventParser(actions);
  for await (const piece of readPieces(file)) {
    for (const line of linesWith(marks, piece)) {
      const event = parse(line);
      if (event === 'unreadable') onUnreadable();
      else if (event !== null && (since === null || event.time >= since)) yield event;
    }
  }
}

export async function findTokenOwners(
  trails: readonly string[],
  tokenIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, SubjectRef>> {
  const owners = new Map<string, SubjectRef>();
  if (tokenIds.size === 0) return owners;
  for (const trail of trails) {
    for await (const { connection, subject, detail } of readEvents(trail, makings)) {
      if (tokenIds.has(detail.tokenId)) owners.set(detail.tokenId, { connection, subject });
    }
  }
  return owners;
}

const makings = ['enrolled', 'enrolment_recovered', 'renewed'] as const;
