import { z } from 'zod';
import type { Ports } from '../core/deps.js';
import type { Credential } from '../core/secrets.js';
import { isStored, joinTicket, newSecret, toStoredDigest } from '../core/tickets.js';
import { addSec } from '../core/units.js';
import { FaceError } from '../errors.js';
import { changeRecord } from './stored.js';
import { replaceTicket } from './transitions.js';

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

const kioskLifeSec = 366 * 24 * 60 * 60;

const waitSec = 300;

export const kioskIdGuard = z.string().min(1).max(64);

const kioskGuard = z.object({ name: z.string(), tenant: z.string(), secretDigest: z.string() });

const nextGuard = z.union([z.string(), z.object({ page: z.string(), visit: z.string() })]);

const kioskKey = (id: string): string => `kiosk:${id}`;
const nextKey = (id: string): string => `kiosk-next:${id}`;

/** Registers a device that serves one person after another. @returns its id and the secret of its page */
export async function registerKiosk(
  { name, tenant }: { name: string; tenant: string },
  deps: Ports<'state' | 'clock' | 'random'>,
): Promise<{ readonly id: string; readonly secret: Credential }> {
  const id = Buffer.from(deps.random(9)).toString('base64url');
  const secret = newSecret(deps);
  const kiosk = { name, tenant, secretDigest: toStoredDigest(secret) };
  const expiresAt = addSec(deps.clock.now(), kioskLifeSec);
  await deps.state.write(kioskKey(id), kiosk, { when: 'absent', expiresAt });
  return { id, secret };
}

/** @throws `not_found` unless the kiosk belongs to one of the tenants */
export async function checkKiosk(
  { id, tenants }: { readonly id: string; readonly tenants: readonly string[] },
  { state }: Ports<'state'>,
): Promise<void> {
  const found = await state.read(kioskKey(id));
  if (found === null || !tenants.includes(kioskGuard.parse(found.value).tenant)) throw new FaceError('not_found');
}

/** Assigns a person to a kiosk, replacing one who did not come. @param next - id of a step-up, or a URL */
export async function assignToKiosk(
  { kiosk, next }: { readonly kiosk: string; readonly next: z.input<typeof nextGuard> },
  { state, clock }: Ports<'state' | 'clock'>,
): Promise<void> {
  await state.write(nextKey(kiosk), next, { when: 'any', expiresAt: addSec(clock.now(), waitSec) });
}

/**
 * Returns the next person's ticket, once, and ends the previous visit. The ticket is created only now, so that the
 * store never contains a valid ticket.
 * @returns also the page that accepts the ticket, or `null` for the kiosk's own page
 * @throws `caller_untrusted`
 */
export async function takeNextAtKiosk(
  { kiosk, secret }: { kiosk: string; secret: Credential },
  deps: Ports<'state' | 'clock' | 'random'>,
) {
  const found = await deps.state.read(kioskKey(kiosk));
  if (!isStored(secret, found === null ? null : kioskGuard.parse(found.value).secretDigest)) {
    throw new FaceError('caller_untrusted');
  }
  await endKioskVisit(kiosk, deps);
  const next = await deps.state.read(nextKey(kiosk));
  if (next === null || next.value === null) return null;
  const expiresAt = addSec(deps.clock.now(), waitSec);
  const isFirst = await deps.state.write(nextKey(kiosk), null, { when: { revision: next.revision }, expiresAt });
  if (!isFirst) return null;
  const assigned = nextGuard.parse(next.value);
  if (typeof assigned !== 'string') {
    const { page, visit } = assigned;
    return { ticket: await beginKioskVisit({ kiosk, visit }, deps), page };
  }
  const challenge = newSecret(deps);
  await changeRecord(assigned, (record) => replaceTicket(record, challenge), deps);
  return { ticket: joinTicket(assigned, challenge), page: null };
}
