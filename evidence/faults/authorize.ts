import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'libsql';
import { z } from 'zod';
import { limitsGuard } from '../../src/config/schema.js';
import { forkScript } from '../bench/forked.js';
import { benchPublicUrl } from '../bench/hook-providers.js';
import { quantile } from '../bench/measure.js';
import type { Job } from './anonymous-callers.js';
import type { Entry, Fault, Invariant } from './fault.js';
import { asked, expected, oidcClients, serve } from './served.js';
import { issuer, runOnStage, type Stage } from './stage.js';

const limits = limitsGuard.parse({});

const endsGuard = z.object({ ends: z.record(z.string(), z.int()), seconds: z.number() });

export type Ends = z.output<typeof endsGuard>;

const attacks = [
  { when: 'one address, does not come back', addresses: 1, comeBack: false },
  { when: 'one address, comes back', addresses: 1, comeBack: true },
  { when: '1000 addresses, do not come back', addresses: 1_000, comeBack: false },
  { when: '1000 addresses, come back', addresses: 1_000, comeBack: true },
] as const;

interface Attack extends Ends {
  readonly when: string;
  readonly comeBack: boolean;
  readonly addresses: number;
  /** Number of provider API calls caused by anonymous callers. */
  readonly lookUps: number;
  readonly records: number;
  readonly minutes: number;
}

export const authorize: Fault = {
  about:
    'anonymous callers request 10,000 sign-ins in a minute, from one address and from 1,000, while users are served',
  run: ({ size, say }) =>
    runOnStage({ config: { proxyHops: 1 }, oidcClients }, async (stage) => {
      const { client, journal, pictures } = stage;
      const count = size === 'full' ? 10_000 : 400;
      const seconds = size === 'full' ? 60 : 4;
      const perSecond = count / seconds;
      const callers = forkScript(new URL('./anonymous-callers.js', import.meta.url));
      try {
        const [checked = '', called = '', named = ''] = await stage.createUsers(3);
        for (const user of [checked, called, named]) await client.enrol(user, pictures.person[0]);
        const people = { checked, called, named };
        // One half of the load without attack runs before the attacks and one half after, because the speed of the
        // machine may change in between.
        const serveAlone = (): Promise<void> => {
          journal.turnTo('no attack');
          return serve(stage, people, sleep(seconds * 500));
        };
        await serveAlone();
        const found: Attack[] = [];
        for (const attack of attacks) {
          journal.turnTo(attack.when);
          const query = `${new URLSearchParams(asked)}&login_hint=anonymous-{n}-${attack.addresses}@example.com`;
          const job: Job = {
            serverUrl: stage.replicas[0].url,
            publicUrl: benchPublicUrl,
            request: `${issuer}/authorize?${query}`,
            count,
            perSecond,
            addresses: attack.addresses,
            comeBack: attack.comeBack,
          };
          const callsBefore = countLookUps(stage);
          const recordsBefore = countRecords(stage);
          const began = Date.now();
          const told = callers.ask(job, endsGuard);
          await serve(stage, people, told);
          const served = journal.during(attack.when).map(({ doing }) => doing);
          const countOf = (name: string): number => served.filter((doing) => doing === name).length;
          found.push({
            ...attack,
            ...(await told),
            lookUps: countLookUps(stage) - callsBefore,
            // A sign-in of the load leaves three records in the store, and a face check leaves one.
            records: countRecords(stage) - recordsBefore - countOf('face check') - 3 * countOf('pushed sign-in'),
            minutes: Math.floor(Date.now() / 60_000) - Math.floor(began / 60_000) + 1,
          });
          say(`  ${attack.when}: ${JSON.stringify(found.at(-1)?.ends)}`);
        }
        await serveAlone();
        const alone = journal.during('no attack');
        journal.turnTo('after');
        await client.checkFace(checked, pictures.person[1]);
        await client.callHook(checked, 'after');
        const toFigures = ({ when, ends, seconds: took, lookUps, records }: Attack) => ({
          anonymousCallers: ends,
          seconds: Math.round(took),
          lookUps,
          records,
          ...toTimes(journal.during(when), alone),
        });
        return {
          enrolled: [checked, called, named],
          figures: {
            requestsPerMinute: perSecond * 60,
            noAttack: toTimes(alone, alone),
            ...Object.fromEntries(found.map((attack) => [attack.when, toFigures(attack)])),
          },
          invariants: toInvariants([alone, ...found.map(({ when }) => journal.during(when))].flat(), found),
        };
      } finally {
        await callers.stop();
      }
    }),
};

const countLookUps = ({ idp }: Stage): number => idp.calls.filter((call) => call.includes('anonymous-')).length;

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

function toTimes(now: readonly Entry[], alone: readonly Entry[]) {
  const one = (name: string) => {
    const timesOf = (entries: readonly Entry[]) => entries.flatMap(({ doing, ms }) => (doing === name ? [ms] : []));
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(timesOf(now), share));
    const ratio = (value: number, share: number) => Number((value / quantile(timesOf(alone), share)).toFixed(1));
    return { p50Ms: Math.round(p50), p99Ms: Math.round(p99), ratios: [ratio(p50, 0.5), ratio(p99, 0.99)] };
  };
  return { hooks: one('hook'), checks: one('face check') };
}

function toInvariants(served: readonly Entry[], found: readonly Attack[]): readonly Invariant[] {
  const away = found.filter(({ comeBack }) => !comeBack);
  const back = found.filter(({ comeBack }) => comeBack);
  const requests = (attacks: readonly Attack[]): number =>
    attacks.flatMap(({ ends }) => Object.values(ends)).reduce((sum, each) => sum + each, 0);
  return [
    {
      invariant: 'hooks, face checks and pushed sign-ins of other users had the same results as without an attack',
      checked: served.length,
      broken: served.flatMap(({ when, doing, answer }) =>
        answer === expected[doing] ? [] : [`${when}: ${doing} ended with ${answer}`],
      ),
    },
    {
      invariant: 'anonymous callers without cookies caused no look-up and no record',
      checked: requests(away),
      broken: away.flatMap(({ when, lookUps, records, ends }) => {
        const others = Object.keys(ends).filter((end) => end !== 'sent back');
        const isClean = lookUps === 0 && records === 0 && others.length === 0;
        return isClean ? [] : [`${when}: ${lookUps} look-ups, ${records} records, ${others.join()}`];
      }),
    },
    {
      invariant: 'anonymous callers with cookies caused no more look-ups and records than the limits allow',
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
