import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'libsql';
import { z } from 'zod';
import { limitsGuard } from '../../src/config/limits.js';
import { quantile } from '../bench/measure.js';
import type { Fault, Invariant } from './fault.js';
import { checkInvariants } from './invariants.js';
import { endsGuard, type Job } from './outsiders-job.js';
import { asked, type Meanwhile, oidcClients, type People, serve } from './served.js';
import { issuer, openStage, publicUrl, type Stage } from './stage.js';

const limits = limitsGuard.parse({});

const attacks = [
  { when: 'one address, does not come back', addresses: 1, comeBack: false },
  { when: 'one address, comes back', addresses: 1, comeBack: true },
  { when: '1000 addresses, do not come back', addresses: 1_000, comeBack: false },
  { when: '1000 addresses, come back', addresses: 1_000, comeBack: true },
] as const;

interface Attack extends Meanwhile {
  readonly when: string;
  readonly comeBack: boolean;
  readonly addresses: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Number of provider API calls caused by anonymous callers. */
  readonly lookUps: number;
  readonly records: number;
  readonly minutes: number;
}

/** Floods the server with anonymous sign-ins while authenticated users are served. */
export const authorize: Fault = {
  about: 'outsiders ask for 10,000 sign-ins in a minute, from one address and from 1,000, while people are served',
  async run({ size, say }) {
    const count = size === 'full' ? 10_000 : 400;
    const seconds = size === 'full' ? 60 : 4;
    const stage = await openStage({ config: { proxyHops: 1 }, oidcClients });
    const outsiders = fork(fileURLToPath(new URL('./outsiders.js', import.meta.url)));
    const { client, journal, pictures } = stage;
    try {
      const [checked = '', called = '', named = ''] = await stage.createUsers(3);
      for (const user of [checked, called, named]) await client.enrol(user, pictures.person[0]);
      const people = { checked, called, named };
      // One half of the load without attack runs before the attacks and one half after, because the speed of the
      // machine may change in between.
      const serveAlone = (): Promise<Meanwhile> => {
        journal.turnTo('no attack');
        return serve(stage, people, new Promise((resolve) => setTimeout(resolve, seconds * 500)));
      };
      const before = await serveAlone();
      const found: Attack[] = [];
      for (const attack of attacks) {
        journal.turnTo(attack.when);
        found.push(await measure(stage, outsiders, { attack, count, perSecond: count / seconds, people }));
        say(`  ${attack.when}: ${JSON.stringify(found.at(-1)?.ends)}`);
      }
      const alone = together(before, await serveAlone());
      journal.turnTo('after');
      await client.checkFace(checked, pictures.person[1]);
      await client.callHook(checked, 'after');
      const invariants = await checkInvariants(stage, { enrolled: [checked, called, named] });
      return {
        seen: journal.toSeen(),
        figures: {
          requestsPerMinute: (count / seconds) * 60,
          noAttack: toTimes(alone, alone),
          ...Object.fromEntries(
            found.map((attack) => [attack.when, { ...toCounts(attack), ...toTimes(attack, alone) }]),
          ),
        },
        invariants: [...toInvariants(alone, found), ...invariants],
        skipped: [],
      };
    } finally {
      outsiders.kill();
      await stage.close();
    }
  },
};

async function measure(
  stage: Stage,
  outsiders: ChildProcess,
  {
    attack,
    count,
    perSecond,
    people,
  }: {
    readonly attack: (typeof attacks)[number];
    readonly count: number;
    readonly perSecond: number;
    readonly people: People;
  },
): Promise<Attack> {
  const { addresses, comeBack, when } = attack;
  const query = `${new URLSearchParams(asked)}&login_hint=outsider-{n}-${addresses}@example.com`;
  const job: Job = {
    serverUrl: stage.replicas[0].url,
    publicUrl,
    request: `${issuer}/authorize?${query}`,
    count,
    perSecond,
    addresses,
    comeBack,
  };
  const isOfOutsider = (call: string): boolean => call.includes('outsider-');
  const callsBefore = stage.idp.calls.filter(isOfOutsider).length;
  const recordsBefore = countRecords(stage);
  const began = Date.now();
  const told = once(outsiders, 'message');
  outsiders.send(job);
  const meanwhile = await serve(stage, people, told);
  const [message] = await told;
  const { ends, seconds } = endsGuard.parse(message);
  // A sign-in leaves three records in the store, and a face check leaves one.
  const ofOthers = meanwhile.checks.length + 3 * meanwhile.signIns.length;
  return {
    ...meanwhile,
    when,
    comeBack,
    addresses,
    ends,
    seconds,
    lookUps: stage.idp.calls.filter(isOfOutsider).length - callsBefore,
    records: countRecords(stage) - recordsBefore - ofOthers,
    minutes: Math.floor(Date.now() / 60_000) - Math.floor(began / 60_000) + 1,
  };
}

const countGuard = z.object({ count: z.int() });

/** Counts records in the server's store. No record expires during the attacks. */
function countRecords({ replicas }: Stage): number {
  const database = new Database(join(replicas[0].dataFolder, 'state.db'), { readonly: true });
  try {
    const sql = `select count(*) as count from record
      where key like 'oidc:%:Interaction:%' or key like 'oidc-flow:%' or key like 'step-up:%'`;
    return countGuard.parse(database.prepare(sql).get()).count;
  } finally {
    database.close();
  }
}

const together = (one: Meanwhile, other: Meanwhile): Meanwhile => ({
  hooks: [...one.hooks, ...other.hooks],
  checks: [...one.checks, ...other.checks],
  signIns: [...one.signIns, ...other.signIns],
  disturbed: [...one.disturbed, ...other.disturbed],
});

const toCounts = ({ ends, seconds, lookUps, records }: Attack) => ({
  outsiders: ends,
  seconds: Math.round(seconds),
  lookUps,
  records,
});

function toTimes(now: Meanwhile, alone: Meanwhile) {
  const one = (times: readonly number[], usual: readonly number[]) => {
    const [p50, p99] = [quantile(times), quantile(times, 0.99)];
    const ratio = (value: number, share: number) => Number((value / quantile(usual, share)).toFixed(1));
    return { p50Ms: Math.round(p50), p99Ms: Math.round(p99), ratios: [ratio(p50, 0.5), ratio(p99, 0.99)] };
  };
  return { hooks: one(now.hooks, alone.hooks), checks: one(now.checks, alone.checks) };
}

function toInvariants(alone: Meanwhile, found: readonly Attack[]): readonly Invariant[] {
  const served = [alone, ...found];
  const away = found.filter(({ comeBack }) => !comeBack);
  const back = found.filter(({ comeBack }) => comeBack);
  const requests = (attacks: readonly Attack[]): number =>
    attacks.flatMap(({ ends }) => Object.values(ends)).reduce((sum, each) => sum + each, 0);
  return [
    {
      invariant: 'hooks, face checks and pushed sign-ins of others ended as they do without an attack',
      checked: served.reduce((sum, each) => sum + each.hooks.length + each.checks.length + each.signIns.length, 0),
      broken: served.flatMap(({ disturbed }) => disturbed),
    },
    {
      invariant: 'who did not come back made nobody look anything up, and left nothing',
      checked: requests(away),
      broken: away.flatMap(({ when, lookUps, records, ends }) => {
        const others = Object.keys(ends).filter((end) => end !== 'sent back');
        const isClean = lookUps === 0 && records === 0 && others.length === 0;
        return isClean ? [] : [`${when}: ${lookUps} look-ups, ${records} records, ${others.join()}`];
      }),
    },
    {
      invariant: 'who came back cost the provider and the store no more than the limits allow',
      checked: requests(back),
      broken: back.flatMap(({ when, addresses, minutes, lookUps, records }) => {
        const { outsiderLookUps, outsiderLookUpsOfConnection, outsiderStarts, outsiderStartsOfConnection } = limits;
        const mostLookUps = minutes * Math.min(addresses * outsiderLookUps, outsiderLookUpsOfConnection);
        const mostStarts = minutes * Math.min(addresses * outsiderStarts, outsiderStartsOfConnection);
        const isWithin = lookUps > 0 && lookUps <= mostLookUps && records > 0 && records <= 3 * mostStarts;
        return isWithin ? [] : [`${when}: ${lookUps} look-ups, ${records} records in ${minutes} minutes`];
      }),
    },
  ];
}
