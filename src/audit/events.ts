import { z } from 'zod';
import type { AuditAction } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';
import { type PastDetail, pastDetails } from './past-details.js';
import { linesWith, readPieces } from './read.js';
import { recordHead } from './records.js';

export type PastEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: z.output<typeof recordHead> & { readonly action: Each; readonly detail: PastDetail<Each> };
}[Action];

export interface EventParser<Action extends AuditAction> {
  readonly marks: readonly string[];
  /** Returns `null` for another record, `unreadable` for a damaged line. */
  parse(line: Buffer): PastEvent<Action> | 'unreadable' | null;
}

const undetailed = recordHead.extend({ detail: z.unknown() });

const guards: { readonly [Action in AuditAction]: z.ZodType<PastDetail<Action>> } = pastDetails;

export function createEventParser<Action extends AuditAction>(actions: readonly Action[]): EventParser<Action> {
  const parse = (line: Buffer): PastEvent<Action> | null => {
    const { detail, ...head } = undetailed.parse(JSON.parse(line.toString('utf8')));
    const action = actions.find((each) => each === head.action);
    return action === undefined ? null : { ...head, action, detail: guards[action].parse(detail) };
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
