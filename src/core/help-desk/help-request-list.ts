import { z } from 'zod';
import type { Ports } from '../deps.js';
import type { PersonalData } from '../personal-data/registration.js';
import { helpReasons } from '../step-up/page-protocol.js';
import { epochMsGuard } from '../units.js';
import { type BoundedList, changeList, readList } from './bounded-list.js';

/* Help requests of all connections are in one list. Each is kept for a day. */

const requestGuard = z.object({
  id: z.string(),
  connection: z.string(),
  subject: z.string(),
  stepUpId: z.string(),
  reason: z.enum(helpReasons),
  note: z.string(),
  at: epochMsGuard,
  takenBy: z.string().nullable(),
  takenById: z.string().nullable().default(null),
  expiresAt: epochMsGuard,
});
export type HelpRequest = z.infer<typeof requestGuard>;

export const helpRequests: BoundedList<HelpRequest> = { key: 'help-requests', guard: requestGuard, atMost: 300 };

export const listHelpRequests = (deps: Ports<'state' | 'clock'>): Promise<readonly HelpRequest[]> =>
  readList(helpRequests, deps);

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
