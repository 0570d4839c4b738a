import { z } from 'zod';
import type { AuditAction } from '../core/audit-events.js';
import type { EpochMs } from '../core/units.js';
import { type PastDetail, pastDetails } from './past-details.js';
import { linesWith, readPieces } from './read.js';
import { recordHead } from './records.js';

/** A record of one of these actions, as this version or an earlier one wrote it: one member for each action. */
export type PastEvent<Action extends AuditAction = AuditAction> = {
  [Each in Action]: z.output<typeof recordHead> & { readonly action: Each; readonly detail: PastDetail<Each> };
}[Action];

/** Tells records of some actions from all other lines. */
export interface EventParser<Action extends AuditAction> {
  /** What the line of such a record holds one of, as bytes: a line without them need not be parsed. */
  readonly marks: readonly string[];
  /** `null` for another record; `unreadable`: cut off by a crash, altered, or something else. */
  parse(line: Buffer): PastEvent<Action> | 'unreadable' | null;
}

const undetailed = recordHead.extend({ detail: z.unknown() });

const guards: { readonly [Action in AuditAction]: z.ZodType<PastDetail<Action>> } = pastDetails;

/** @param actions - each once */
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
 * The records of some actions in an audit trail of any size, oldest first, in one pass; only a piece is in memory at once.
 * Lines that cannot be read are passed over: `facestep audit verify` is what finds those.
 * @param options.since - earlier records are left out
 * @param options.onUnreadable - told of each line that seems to be of one of the actions and cannot be read
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
