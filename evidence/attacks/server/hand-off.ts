import { z } from 'zod';
import type { Caller } from './caller.js';
import { asSession } from './credentials.js';
import { ticketOf } from './page.js';

/** A hand-off that was begun: the ticket for the other device, and what this screen shows the person. */
export interface BegunHandOff {
  readonly ticket: string;
  readonly code: string;
}

/** A phone that opened the ticket of a hand-off. */
export interface Phone {
  readonly session: string;
  /** Whether it has to choose the number that the other screen shows, before it may do anything. */
  readonly mustChoose: boolean;
}

const viewGuard = z.object({ role: z.string() });

/** Makes a ticket for the camera of another device. */
export async function startHandOff(caller: Caller, session: string): Promise<BegunHandOff> {
  const begun = await caller.post('/face/hand-off', {}, asSession(session));
  return { ticket: ticketOf(begun.text('url')), code: begun.text('code') };
}

/** Opens it, and does no more. */
export async function openHandOff(caller: Caller, { ticket }: Pick<BegunHandOff, 'ticket'>): Promise<Phone> {
  const opened = await caller.post('/face/open', { ticket });
  const { role } = viewGuard.parse(opened.body.view);
  return { session: opened.text('session'), mustChoose: role === 'unpaired' };
}

/** Where a phone says which number the other screen shows. */
export const choicePath = '/face/hand-off/choice';

/** A phone that lends its camera to the browser of that session. @returns the phone's own session */
export async function lendCamera(caller: Caller, own: string): Promise<string> {
  const begun = await startHandOff(caller, own);
  const { session, mustChoose } = await openHandOff(caller, begun);
  if (mustChoose) await caller.post(choicePath, { number: begun.code }, asSession(session));
  return session;
}
