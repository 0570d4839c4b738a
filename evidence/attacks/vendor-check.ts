import { randomInt, randomUUID } from 'node:crypto';
import { createAwsLivenessCalls } from '../../src/extensions/vendor-liveness/aws/calls.js';
import { beginAgreed, draw, enrolByApi } from '../../support/benches/capture-bench.js';
import { digestOf } from '../../support/benches/capture-page.js';
import { createVisit, startVendorBench } from '../../support/benches/vendor-bench.js';
import { type Attack, type Finding, type Size, toClaim } from './attack.js';

/*
 * An attacker at the page of another person's check tries to pass it without being judged live by the vendor. Server,
 * pages, rules, store and the AWS SDK are real; Amazon Rekognition and the face engine are simulated, so that "the
 * victim's face" is exact. The policy allows the own check while the vendor fails, and the vendor does not fail.
 */

const extents = { full: { tries: 400, steps: 12 }, quick: { tries: 25, steps: 10 } } satisfies Record<Size, object>;

const daySec = 24 * 3600;
/** Tries for each check of the victim without an attack. */
const controlEach = 10;
/** Longer than the windows of the limits of one person's checks. */
const pauseSec = 3700;

type Bench = Awaited<ReturnType<typeof startVendorBench>>;
type Begun = Awaited<ReturnType<typeof beginAgreed>>;

/** An open check of the victim, in a browser. */
interface Check extends Begun {
  readonly visit: ReturnType<typeof createVisit>;
}

const pick = <T>(of: readonly T[], otherwise: T): T => of[randomInt(Math.max(1, of.length))] ?? otherwise;

async function open(bench: Bench): Promise<Check> {
  const begun = await beginAgreed(bench.server, {});
  return { ...begun, visit: createVisit(begun.page, bench) };
}

/** The victim's picture. An attacker can have it from anywhere. */
const face = draw('ada');

const judgeVictim = (bench: Bench, session: string): void =>
  bench.rekognition.finish(session, { confidence: 99.1, picture: face('centre') });

/** The victim passes the vendor's check of another step-up. @returns its nonce, which the attacker has */
async function letVictimFinish(bench: Bench, isUsed: boolean): Promise<string> {
  const { visit } = await open(bench);
  const { nonce, session } = await visit.start();
  judgeVictim(bench, session);
  if (isUsed) await visit.finish(nonce);
  return nonce;
}

/** Opens a session in the account of AWS, without this server, in which the victim is judged live. */
async function openForeign({ rekognition }: Bench): Promise<string> {
  const { region, url } = rekognition;
  const session = await createAwsLivenessCalls({ region, endpoint: url }).createSession(
    'FaceMovementAndLightChallenge',
    randomUUID(),
  );
  rekognition.finish(session, { confidence: 99.1, picture: face('centre') });
  return session;
}

/** Sends pictures of the victim as the own check does, with the movements that it asks for if it starts. */
async function showOwn({ page }: Check, nonce: string): Promise<void> {
  const { body } = await page.post('/face/challenge', {});
  if (body.ok !== false) {
    await page.check(face);
    return;
  }
  const photos = ['centre', 'left', 'up'].map(face);
  for (const photo of photos) await page.post('/face/challenge/frames', { nonce, digest: digestOf(photo), looks: [] });
  await page.send({ nonce, photo: photos });
}

/** Fields with which a page could claim a result, if the server read one. */
const claims: readonly Record<string, string>[] = [
  {},
  { result: 'passed' },
  { confidence: '99.9' },
  { status: 'SUCCEEDED' },
  { fallback: 'movement' },
];

type Act = (bench: Bench, target: Check) => Promise<void>;

const useOther: Act = async (bench, { visit }) => {
  const nonce = await letVictimFinish(bench, randomInt(2) === 0);
  if (randomInt(2) === 0) await visit.start();
  await visit.finish(nonce);
};

const sendAgain: Act = async (bench, { visit }) => {
  const { nonce, session } = await visit.start();
  bench.rekognition.finish(session, { confidence: randomInt(80), picture: face('centre') });
  // Only the first of two at once may read the result.
  await Promise.all([visit.finish(nonce), visit.finish(nonce)]);
  judgeVictim(bench, session);
  await Promise.all([visit.finish(nonce), visit.finish(nonce)]);
};

const claimResult: Act = async (_bench, check) => {
  const { nonce } = await check.visit.start();
  await check.visit.finish(nonce, pick(claims, {}));
  await showOwn(check, nonce);
};

const showOwnCheck: Act = async (_bench, check) => {
  const { nonce } = randomInt(2) === 0 ? await check.visit.start() : { nonce: randomUUID() };
  await showOwn(check, nonce);
};

const useForeign: Act = async (bench, { visit }) => {
  const foreign = await openForeign(bench);
  const { nonce } = await visit.start();
  await visit.finish(foreign);
  await visit.finish(nonce, { [pick(['session', 'sessionId', 'grant'], 'session')]: foreign });
  await visit.finish(nonce);
};

/** All of it in any order, and the attacker's own face and recordings of the victim in front of the vendor's camera. */
function createRandom(steps: number): Act {
  return async (bench, check) => {
    const { page, visit } = check;
    const nonces: string[] = [];
    let last = '';
    const acts: readonly (() => Promise<unknown>)[] = [
      async () => {
        const { nonce, session } = await visit.start();
        if (nonce !== '') nonces.push(nonce);
        last = session;
      },
      () => visit.finish(pick(nonces, randomUUID()), pick(claims, {})),
      () => visit.finish(pick(nonces, randomUUID())),
      () => showOwn(check, pick(nonces, randomUUID())),
      async () => {
        if (last !== '') bench.rekognition.finish(last, { picture: draw('eve')('centre') });
      },
      async () => {
        if (last !== '') bench.rekognition.finish(last, { confidence: randomInt(80), picture: face('centre') });
      },
      async () => nonces.push(await letVictimFinish(bench, randomInt(2) === 0)),
      async () => nonces.push(await openForeign(bench)),
      () => page.get('/face/session'),
      async () => bench.server.clock.advanceSec(randomInt(60)),
    ];
    for (let at = 0; at < steps; at += 1) await pick(acts, async () => {})();
  };
}

interface Counted {
  readonly tries: number;
  /** Checks of the victim that the attacker passed. */
  readonly passed: number;
  /** Checks of the victim afterwards, without an attack. */
  readonly controls: number;
  /** Those that the victim passed. */
  readonly own: number;
}

async function attack(tries: number, act: Act): Promise<Counted> {
  const bench = await startVendorBench({ fallback: 'movement' });
  const passesOf = (id: string): number =>
    bench.server.audit.events.filter(
      ({ action, detail }) => action === 'verified' && 'stepUpId' in detail && detail.stepUpId === id,
    ).length;
  let passed = 0;
  let controls = 0;
  let own = 0;
  try {
    await enrolByApi(bench.server);
    for (let at = 0; at < tries; at += 1) {
      const target = await open(bench);
      await act(bench, target);
      passed += passesOf(target.id);
      // Failures lock the victim out for a time, and limits count in windows.
      bench.server.clock.advanceSec(daySec + pauseSec);
      if (at % controlEach > 0) continue;
      const check = await open(bench);
      await check.visit.pass('ada');
      own += passesOf(check.id);
      controls += 1;
    }
  } finally {
    await bench.stop();
  }
  return { tries, passed, controls, own };
}

export const vendorCheck: Attack = {
  about: 'checks of a liveness vendor that the person at the camera did not pass',
  async run({ size, say }): Promise<Finding> {
    const { tries, steps } = extents[size];
    const kinds: readonly (readonly [string, Act])[] = [
      ['a session of another step-up of the same person', useOther],
      ['a result that was read before', sendAgain],
      ['a page that says the check is done, before the vendor judged', claimResult],
      ['the own check in place of the vendor’s', showOwnCheck],
      ['a session that another program opened in the same AWS account', useForeign],
      ['all of these in random order', createRandom(steps)],
    ];
    const found: (readonly [string, Counted])[] = [];
    for (const [name, act] of kinds) {
      const counted = await attack(tries, act);
      say(`${name}: ${counted.passed} of ${counted.tries}`);
      found.push([name, counted]);
    }
    const controls = found.reduce((sum, [, counted]) => sum + counted.controls, 0);
    const own = found.reduce((sum, [, counted]) => sum + counted.own, 0);
    return {
      table: [
        ['the attacker uses', 'tries', 'passed', 'the person passed, without an attack'],
        ...found.map(([name, counted]) => [
          name,
          String(counted.tries),
          String(counted.passed),
          `${counted.own} of ${counted.controls}`,
        ]),
      ],
      claims: [
        ...found.map(([name, { passed }]) => toClaim(`passes with ${name}`, passed, { atMost: 0 })),
        toClaim('control: checks that the person passed, without an attack', own, { atLeast: controls }),
      ],
      skipped: [],
    };
  },
};
