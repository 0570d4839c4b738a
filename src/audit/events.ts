import { z } from 'zod';
import { auditDetails, type CoreAction, detailGuards } from '../core/audit-events.js';
import type { SubjectRef } from '../core/connection.js';
import type { EpochMs } from '../core/units.js';
import { linesWith, readPieces } from './read.js';
import { recordHead } from './records.js';

const [ofClient, ofEnrolment] = auditDetails.revoked.options;
const [refused] = auditDetails.enrolment_refused.options;

/** Records of early versions contain little more than the token's id. */
const tokenNamed = auditDetails.enrolment_begun.partial().required({ tokenId: true });

/**
 * Guards for records written by this or earlier versions. Fields that an earlier version did not write are optional;
 * unknown fields are dropped.
 */
export const pastDetails = {
  ...auditDetails,
  enrolled: tokenNamed,
  enrolment_refused: refused.partial().required({ code: true }),
  enrolment_recovered: tokenNamed,
  renewed: tokenNamed,
  revoked: ofClient.partial().extend(ofEnrolment.pick({ tokenId: true, by: true }).shape),
  step_up_started: auditDetails.step_up_started.partial({ purpose: true }),
  configuration_loaded: auditDetails.configuration_loaded.partial({ version: true }),
  client_token_issued: auditDetails.client_token_issued.partial({ application: true, by: true }),
  client_token_revoked: auditDetails.client_token_revoked.partial({ application: true, by: true }),
} as const satisfies { readonly [Action in CoreAction]: z.ZodType };

export type PastDetail<Action extends CoreAction> = z.output<(typeof pastDetails)[Action]>;

export type PastEvent<Action extends CoreAction = CoreAction> = {
  [Each in Action]: z.output<typeof recordHead> & { readonly action: Each; readonly detail: PastDetail<Each> };
}[Action];

export interface EventParser<Action extends CoreAction> {
  readonly marks: readonly string[];
  /** Returns `null` for another record, `unreadable` for a damaged line. */
  parse(line: Buffer): PastEvent<Action> | 'unreadable' | null;
}

/** Returns true if a line is a record of any action, also of extensions. */
export function isReadable(line: Buffer): boolean {
  try {
    const { action, detail } = undetailed.parse(JSON.parse(line.toString('utf8')));
    const past: Readonly<Record<string, z.ZodType>> = pastDetails;
    return (past[action] ?? detailGuards.get(action))?.safeParse(detail).success ?? false;
  } catch {
    return false;
  }
}

const undetailed = recordHead.extend({ detail: z.unknown() });

const guards: { readonly [Action in CoreAction]: z.ZodType<PastDetail<Action>> } = pastDetails;

export function createEventParser<Action extends CoreAction>(actions: readonly Action[]): EventParser<Action> {
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
export async function* readEvents<Action extends CoreAction>(
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
