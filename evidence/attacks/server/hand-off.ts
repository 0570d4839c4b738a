import { z } from 'zod';
import type { Caller } from './caller.js';
import { asSession } from './credentials.js';
import { ticketOf } from './page.js';

export interface BegunHandOff {
  readonly ticket: string;
  readonly code: string;
}

export interface Phone {
  readonly session: string;
  readonly mustChoose: boolean;
}

const viewGuard = z.object({ role: z.string() });

export async function startHandOff(caller: Caller, session: string): Promise<BegunHandOff> {
  const begun = await caller.post('/face/hand-off', {}, asSession(session));
  return { ticket: ticketOf(begun.text('url')), code: begun.text('code') };
}

/** Opens the link on a phone, without choosing the number that the browser displays. */
export async function openHandOff(caller: Caller, { ticket }: Pick<BegunHandOff, 'ticket'>): Promise<Phone> {
  const opened = await caller.post('/face/open', { ticket });
  const { role } = viewGuard.parse(opened.body.view);
  return { session: opened.text('session'), mustChoose: role === 'unpaired' };
}

export const choicePath = '/face/hand-off/choice';

/** Lends a phone's camera to the browser with the session `own`. */
export async function lendCamera(caller: Caller, own: string): Promise<string> {
  const begun = await startHandOff(caller, own);
  const { session, mustChoose } = await openHandOff(caller, begun);
  if (mustChoose) await caller.post(choicePath, { number: begun.code }, asSession(session));
  return session;
}
