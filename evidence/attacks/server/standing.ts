import { asAdministrator } from './credentials.js';
import { bodyOf } from './exchange.js';
import { hookRequest } from './hooks.js';
import type { HookTarget } from './providers.js';
import type { Stage } from './stage.js';

export type Standing = Readonly<Record<string, string>>;

/** Reads the administrators and the requests to `/lure`, which no attack may change. */
export async function readStanding({ caller, credentials, providers }: Stage): Promise<Standing> {
  const admin = asAdministrator(credentials.owner);
  const get = async (path: string): Promise<string> => {
    const answer = await caller.call({ method: 'GET', path, headers: admin, body: null });
    return answer.status === 200 ? JSON.stringify({ ...bodyOf(answer), usage: null }) : String(answer.status);
  };
  const listed = JSON.parse(await get('/administrators')).administrators;
  const names: readonly string[] = listed.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`);
  return {
    'the owners': names.filter((name) => /^(owner|siege-\w+|victim) /.test(name)).join(', '),
    lures: providers.lure.lured.join(' '),
  };
}

export const changesOf = (before: Standing, after: Standing): readonly string[] =>
  Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name]} → ${after[name]}`);

/**
 * Calls the hook as the provider does.
 * @returns true if the user's face check was still unused
 */
export async function takeBait({ caller }: Stage, target: HookTarget): Promise<boolean> {
  if (!target.hasBait) return true;
  const request = hookRequest(target, target.bait);
  const ask = async (): Promise<boolean> => target.isGranted(await caller.call(request));
  // If the first decision came too late, a retry with the same event gets that decision.
  return (await ask()) || ask();
}
