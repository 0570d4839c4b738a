import { z } from 'zod';
import type { CoreDeps } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import { helpReasons } from '../step-up/page-protocol.js';
import { epochMsGuard } from '../units.js';
import { type BoundedList, changeList, readList } from './bounded-list.js';

/* People who cannot do a face check, and have asked for help: one list for all connections, for a day. */

const requestGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  stepUpId: z.string(),
  reason: z.enum(helpReasons),
  /** Plain text that the person wrote; empty for none. */
  note: z.string(),
  at: epochMsGuard,
  /** The administrator who has taken it; `null`: nobody yet. */
  takenBy: z.string().nullable(),
  /** The id of that administrator. */
  takenById: z.string().nullable().default(null),
  expiresAt: epochMsGuard,
});
/** One person's request. */
export type HelpRequest = z.infer<typeof requestGuard>;

/** All of them. */
export const helpRequests: BoundedList<HelpRequest> = { key: 'help-requests', guard: requestGuard, atMost: 300 };

/** Those that wait or were taken, the newest first. @throws FaceError `state_unavailable` */
export const listHelpRequests = (deps: Pick<CoreDeps, 'state' | 'clock'>): Promise<readonly HelpRequest[]> =>
  readList(helpRequests, deps);

/** Registration of this data. */
export const helpRequestData = {
  part: 'help_requests',
  keys: ['help-requests'],
  read: null,
  endedBy: 'erasure',
  async forget({ connection, subject }, deps) {
    const isTheirs = (each: HelpRequest): boolean => each.connection === connection && each.subject === subject;
    if (!(await listHelpRequests(deps)).some(isTheirs)) return;
    await changeList(helpRequests, (requests) => requests.filter((each) => !isTheirs(each)), deps);
  },
} as const satisfies PersonalData;
