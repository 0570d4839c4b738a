import { z } from 'zod';
import type { Credential } from '../concealed.js';
import type { Ports } from '../deps.js';
import { addSec } from '../units.js';
import { isStored, newSecret, toStoredDigest } from './ticket.js';

/*
 * A kiosk's visit to another page of this server, for one person. The visit ends when the next person comes, so that
 * this person cannot continue it.
 */

const mostLifeSec = 900;

const visitGuard = z.object({ visit: z.string(), ticketDigest: z.string() });

export type KioskVisit = {
  readonly kiosk: string;
  readonly visit: string;
};

const visitKey = (kiosk: string): string => `kiosk-visit:${kiosk}`;

const readVisit = async (kiosk: string, { state }: Ports<'state'>) => {
  const found = await state.read(visitKey(kiosk));
  return found === null ? null : visitGuard.parse(found.value);
};

export async function beginKioskVisit(
  { kiosk, visit }: KioskVisit,
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<Credential> {
  const ticket = newSecret(deps);
  const begun = { visit, ticketDigest: toStoredDigest(ticket) };
  const expiresAt = addSec(deps.clock.now(), mostLifeSec);
  await deps.state.write(visitKey(kiosk), begun, { when: 'any', expiresAt });
  return ticket;
}

export async function isAtKiosk({ kiosk, visit }: KioskVisit, deps: Ports<'state'>): Promise<boolean> {
  return (await readVisit(kiosk, deps))?.visit === visit;
}

/** Returns true if the ticket belongs to an active visit. The caller must ensure single use. */
export async function isTicketOfVisit(
  { kiosk, visit }: KioskVisit,
  ticket: Credential,
  deps: Ports<'state'>,
): Promise<boolean> {
  const found = await readVisit(kiosk, deps);
  return found?.visit === visit && isStored(ticket, found.ticketDigest);
}

export async function endKioskVisit(kiosk: string, { state }: Ports<'state'>): Promise<void> {
  if ((await state.read(visitKey(kiosk))) !== null) await state.delete(visitKey(kiosk));
}
