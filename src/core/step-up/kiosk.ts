import { z } from 'zod';
import { FaceError } from '../../errors.js';
import type { Credential } from '../concealed.js';
import type { CoreDeps } from '../deps.js';
import { addSec } from '../units.js';
import { changeRecord } from './stored.js';
import { isStored, joinTicket, newSecret, toStoredDigest } from './ticket.js';
import { reticket } from './transitions.js';

/** How long a kiosk stays registered, in seconds. */
const kioskLifeSec = 366 * 24 * 60 * 60;

/** How long a person may take to the kiosk they were sent to, in seconds. */
const waitSec = 300;

const kioskGuard = z.object({ name: z.string(), tenant: z.string(), secretDigest: z.string() });

const kioskKey = (id: string): string => `kiosk:${id}`;
const nextKey = (id: string): string => `kiosk-next:${id}`;

/** Registers a device that serves one person after another. @returns its id, and the secret that its page is opened with */
export async function registerKiosk(
  { name, tenant }: { name: string; tenant: string },
  deps: CoreDeps,
): Promise<{ readonly id: string; readonly secret: Credential }> {
  const id = Buffer.from(deps.random(9)).toString('base64url');
  const secret = newSecret(deps);
  const kiosk = { name, tenant, secretDigest: toStoredDigest(secret) };
  const expiresAt = addSec(deps.clock.now(), kioskLifeSec);
  await deps.state.write(kioskKey(id), kiosk, { when: 'absent', expiresAt });
  return { id, secret };
}

/** @throws FaceError `not_found`: none of that tenant */
export async function checkKiosk({ id, tenant }: { id: string; tenant: string }, { state }: CoreDeps): Promise<void> {
  const found = await state.read(kioskKey(id));
  if (found === null || kioskGuard.parse(found.value).tenant !== tenant) throw new FaceError('not_found');
}

/** Sends a step-up to a kiosk, in place of one that nobody came for. */
export async function assignToKiosk(
  { kiosk, stepUpId }: { kiosk: string; stepUpId: string },
  { state, clock }: CoreDeps,
): Promise<void> {
  await state.write(nextKey(kiosk), stepUpId, { when: 'any', expiresAt: addSec(clock.now(), waitSec) });
}

/**
 * The ticket of the next person, for the kiosk alone; each is given out once. It is made now: nothing that opens the
 * step-up was stored.
 * @throws FaceError `caller_untrusted`
 */
export async function takeNextAtKiosk(
  { kiosk, secret }: { kiosk: string; secret: Credential },
  deps: CoreDeps,
): Promise<Credential | null> {
  const found = await deps.state.read(kioskKey(kiosk));
  if (!isStored(secret, found === null ? null : kioskGuard.parse(found.value).secretDigest)) {
    throw new FaceError('caller_untrusted');
  }
  const next = await deps.state.read(nextKey(kiosk));
  if (next === null || next.value === null) return null;
  const expiresAt = addSec(deps.clock.now(), waitSec);
  const isFirst = await deps.state.write(nextKey(kiosk), null, { when: { revision: next.revision }, expiresAt });
  if (!isFirst) return null;
  const id = z.string().parse(next.value);
  const challenge = newSecret(deps);
  await changeRecord(id, (record) => reticket(record, challenge), deps);
  return joinTicket(id, challenge);
}
