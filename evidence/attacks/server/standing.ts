import { bodyOf } from './answer.js';
import { asAdministrator } from './credentials.js';
import type { HookTarget } from './providers/provider.js';
import { hookAddress } from './providers/provider.js';
import { type Request, toJson } from './request.js';
import type { Stage } from './stage.js';

export type Standing = Readonly<Record<string, string>>;

/** Reads the administrators, the enrolments and the requests to `/lure`, which no attack may change. */
export async function readStanding({ caller, credentials, providers }: Stage): Promise<Standing> {
  const admin = asAdministrator(credentials.owner);
  const get = async (path: string): Promise<string> => {
    const answer = await caller.call({ method: 'GET', path, headers: admin, body: null });
    return answer.status === 200 ? JSON.stringify({ ...bodyOf(answer), usage: null }) : String(answer.status);
  };
  const listed = JSON.parse(await get('/administrators')).administrators;
  const names: readonly string[] = listed.map(({ name, role }: { name: string; role: string }) => `${name} ${role}`);
  const enrolled = [providers.workforce, providers.rival].flatMap((org) =>
    org.hooks.flatMap(({ bait, hook, connection }) =>
      bait.kind === 'enrolment'
        ? [[`enrolment behind ${connection}/${hook}`, org.tokenOf(bait.subject) ?? 'none']]
        : [],
    ),
  );
  return {
    'the owners': names.filter((name) => /^(owner|siege-\w+|victim) /.test(name)).join(', '),
    ...Object.fromEntries(enrolled),
    lures: providers.outside.lured.join(' '),
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
export async function takeBait(stage: Stage, target: HookTarget): Promise<boolean> {
  const { kind } = target.bait;
  if (kind === 'receipt' || kind === 'enrolment') return true;
  const { bytes, type } = toJson(target.event({ about: 'bait', id: `control ${target.hook}`, receipt: '' }));
  const request: Request = {
    method: 'POST',
    path: hookAddress(target),
    headers: target.sign(bytes),
    body: { type, bytes },
  };
  const ask = async (): Promise<boolean> => target.isGranted(await stage.caller.call(request));
  // If the first decision came too late, a retry with the same event gets that decision.
  return (await ask()) || ask();
}
