import type { Caller } from './caller.js';
import { asSession } from './credentials.js';
import { ticketOf } from './page.js';

/** Makes a ticket for the camera of another device. */
export const startHandOff = async (caller: Caller, session: string): Promise<string> =>
  ticketOf((await caller.post('/face/hand-off', {}, asSession(session))).text('url'));

/** A phone that lends its camera to the browser of that session. @returns the phone's own session */
export async function lendCamera(caller: Caller, session: string): Promise<string> {
  const ticket = await startHandOff(caller, session);
  return (await caller.post('/face/open', { ticket })).text('session');
}
