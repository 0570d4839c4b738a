import { z } from 'zod';
import type { Credential } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import { addSec } from '../units.js';
import { isStored, newSecret, toStoredDigest } from './ticket.js';

/*
 * Where a kiosk was sent to a page of ours that is not its own. The person's visit there is over as soon as the kiosk asks
 * for the next person, however it came back: nobody after them goes on where they stopped.
 */

/** Longer than any page takes, in seconds. */
const mostLifeSec = 900;

const visitGuard = z.object({ visit: z.string(), ticketDigest: z.string() });

/** One visit at one kiosk. */
export type KioskVisit = {
  readonly kiosk: string;
  /** Names it. */
  readonly visit: string;
};

const visitKey = (kiosk: string): string => `kiosk-visit:${kiosk}`;

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random'>;

const readVisit = async (kiosk: string, { state }: Pick<Deps, 'state'>) => {
  const found = await state.read(visitKey(kiosk));
  return found === null ? null : visitGuard.parse(found.value);
};

/** @returns what the kiosk shows at the page, to be let in */
export async function beginKioskVisit({ kiosk, visit }: KioskVisit, deps: Deps): Promise<Credential> {
  const ticket = newSecret(deps);
  const begun = { visit, ticketDigest: toStoredDigest(ticket) };
  const expiresAt = addSec(deps.clock.now(), mostLifeSec);
  await deps.state.write(visitKey(kiosk), begun, { when: 'any', expiresAt });
  return ticket;
}

/** Whether it is still going on. @throws FaceError `state_unavailable` */
export async function isAtKiosk({ kiosk, visit }: KioskVisit, deps: Pick<Deps, 'state'>): Promise<boolean> {
  return (await readVisit(kiosk, deps))?.visit === visit;
}

/** Whether a ticket is of a visit that is going on. Whoever asks has to see to it that it lets in once. */
export async function isTicketOfVisit(
  { kiosk, visit }: KioskVisit,
  ticket: Credential,
  deps: Pick<Deps, 'state'>,
): Promise<boolean> {
  const found = await readVisit(kiosk, deps);
  return found?.visit === visit && isStored(ticket, found.ticketDigest);
}

/** Ends whatever visit is going on there. */
export async function endKioskVisit(kiosk: string, { state }: Pick<Deps, 'state'>): Promise<void> {
  if ((await state.read(visitKey(kiosk))) !== null) await state.delete(visitKey(kiosk));
}
