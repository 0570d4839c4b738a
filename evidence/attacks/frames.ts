import { randomBytes, randomUUID } from 'node:crypto';
import sharp from 'sharp';
import { createSeededRandom } from '../../src/core/base/chance.js';
import type { Movement } from '../../src/core/movements.js';
import { challengeReply, frameReply, looksOfPage } from '../../src/core/page-protocol.js';
import { createMovementJudge } from '../../src/face/liveness/judge.js';
import { beginAgreed, startCapture, who } from '../../support/benches/capture-bench.js';
import { createTestBrowser, digestOf, type TestBrowser } from '../../support/benches/capture-page.js';
import { makePoses, readPeople } from '../../support/browser/people.js';
import { reframe } from '../../support/face-video/index.js';
import { createTestSight, createTestVerifier } from '../../support/fakes/embedded.js';
import { toForm } from '../../support/servers/api-server.js';
import { withEngine } from '../eval/presentation-attacks/heads.js';
import { type Attack, type Claim, type Size, toClaim } from './attack.js';

/*
 * An attacker who controls the page of the victim's check breaks the protocol of pictures and looks. The content of the
 * pictures would pass, because it shows the victim. Server, rules, engine and judge are real, the people are rendered.
 */

const tries = { full: 20, quick: 1 } satisfies Record<Size, number>;

/** Longer than a lockout, and than the windows of the limits of one person's checks. */
const pauseSec = 25 * 3600;

type Pictures = readonly Uint8Array[];
type Poses = Awaited<ReturnType<typeof makePoses>>;

/** Differences between the attacker and the page. */
interface Plan {
  readonly afterMs?: number;
  /** Movement that the picture shows in place of the asked one. */
  readonly shown?: Movement;
  /** Shows everything but the first picture by another camera, with fewer pixels. */
  readonly isOtherCamera?: boolean;
  /** Changes the looks before picture `at`. */
  readonly looks?: (own: Pictures, at: number) => Pictures;
  readonly sendFrames?: (frames: Pictures) => Pictures;
  /** Changes the drawn looks. `others` were committed, too. */
  readonly sendLooks?: (drawn: Pictures, others: Pictures) => Pictures;
  /** Sends the last commit again, and obeys only its drawing. */
  readonly recommits?: boolean;
  readonly browser?: TestBrowser;
  /** Proof in place of the browser's own. */
  readonly prove?: TestBrowser['prove'] | (() => object);
  /** Makes one movement, as a glance has. */
  readonly isGlance?: boolean;
  /** Ends before the browser is known for a day. */
  readonly isFollowedAtOnce?: boolean;
}

/** Copies a picture to a file with a digest of its own. */
const copy = (picture: Uint8Array): Uint8Array => Buffer.concat([picture, randomBytes(8)]);

const show = (pictures: readonly string[]): Uint8Array => Buffer.from(pictures[0] ?? '', 'base64');

const times = (count: number, picture: Uint8Array): Pictures => Array.from({ length: count }, () => copy(picture));

/** Lists the attacks, between controls without an attack. */
const toPlans = (known: Pictures, other: Uint8Array, wall: Uint8Array): Readonly<Record<string, Plan>> => ({
  'control: the page itself, before': {},
  'two looks a second': { afterMs: 4000, looks: (own) => own.filter((_, at) => at % 4 === 0) },
  'no looks during one movement': { looks: (own, at) => (at === 1 ? [] : own) },
  'four times as many looks': { looks: (own) => [...own, ...own, ...own, ...own].map(copy) },
  'twice as many looks, after a wait': {
    afterMs: 7500,
    looks: (own, at) => (at === 0 ? [] : [...own, ...own.map(copy)]),
  },
  'the same look again and again': { looks: (own) => own.map(() => own[0] ?? wall) },
  'more time than allowed': { afterMs: 8100 },
  'an expired challenge': { afterMs: 23_000 },
  'a picture that was not committed': { sendFrames: (frames) => frames.with(1, copy(frames[1] ?? wall)) },
  'pictures in another order': { sendFrames: (frames) => frames.toReversed() },
  'a look that was not committed': { sendLooks: (drawn) => drawn.with(5, copy(drawn[5] ?? wall)) },
  'a look that was not drawn': { sendLooks: (drawn, others) => drawn.with(5, others.at(-1) ?? wall) },
  'looks in another order': { sendLooks: (drawn) => drawn.toReversed() },
  'a drawn look twice': { sendLooks: (drawn) => drawn.with(5, drawn[4] ?? wall) },
  'fewer looks than drawn': { sendLooks: (drawn) => drawn.slice(1) },
  'more looks than drawn': { sendLooks: (drawn, others) => [...drawn, ...others.slice(0, 1)] },
  'another drawing for the same commitment': { recommits: true },
  'photos that do not turn, after turned looks': {
    shown: 'centre',
    looks: (own, at) => (at === 0 ? known.slice(0, 16) : own),
  },
  'pictures of two cameras': { isOtherCamera: true },
  'looks of another person': { looks: (own, at) => (at === 0 ? own : times(16, other)) },
  'looks without a face': { looks: (own, at) => (at === 0 ? own : times(16, wall)) },
  'known limit: looks chosen before the check': {
    looks: (own, at) => (at === 0 ? own : known.slice(16 * at - 16, 16 * at)),
  },
  'control: the page itself, after': {},
});

/** Lists the attacks on a glance in a browser that a full check has made known, between controls. */
function toGlances(known: TestBrowser, other: TestBrowser): Readonly<Record<string, readonly Plan[]>> {
  const glance = { browser: known, isGlance: true };
  let seen: object = {};
  const observe: TestBrowser['prove'] = (...given) => {
    const proof = known.prove(...given);
    seen = proof;
    return proof;
  };
  const unlike: Plan = { browser: other, sendFrames: (frames) => frames.toReversed() };
  return {
    'control: a glance in the known browser, before': [glance],
    'a glance without a proof of the device': [{ ...glance, prove: () => ({}) }],
    'a glance with the proof of an earlier one': [
      { ...glance, prove: observe },
      { ...glance, prove: () => seen },
    ],
    'a glance in another browser': [{ ...glance, browser: other }],
    'a glance with another key': [{ ...glance, browser: { ...other, cookie: known.cookie } }],
    'a glance with the key in another browser': [{ ...glance, browser: { ...known, cookie: other.cookie } }],
    'a glance after a failed check elsewhere': [unlike, glance],
    'a glance in the first day of a browser': [
      { browser: other, isFollowedAtOnce: true },
      { ...glance, browser: other },
    ],
    'control: a glance in the known browser, after': [glance],
  };
}

type Server = Awaited<ReturnType<typeof startCapture>>['server'];

/** @returns true if the victim counts as verified */
async function play(server: Server, poses: Poses, plan: Plan): Promise<boolean> {
  const { afterMs = 2000, looks = (own) => own, sendFrames = (all) => all, sendLooks = (all) => all } = plan;
  const { browser = null, prove = browser?.prove ?? (() => ({})) } = plan;
  const { id, page } = await beginAgreed(server, {}, '/step-ups', browser);
  const asked = browser === null ? {} : { deviceKey: browser.key };
  const { nonce, next: first } = challengeReply.parse((await page.post('/face/challenge', asked)).body);
  const frames: Uint8Array[] = [];
  const all: Uint8Array[] = [];
  let opened: readonly number[] = [];
  for (let next = first; next !== null; ) {
    server.clock.advanceSec(afterMs / 1000);
    const own = show(poses[plan.shown ?? next.movement]);
    const shown = plan.isOtherCamera && frames.length > 0 ? await sharp(own).resize(480).jpeg().toBuffer() : own;
    const frame = await reframe(shown, createSeededRandom(randomUUID()));
    const taken = looks(times(Math.ceil(afterMs / looksOfPage.everyMs), shown), frames.length);
    const fields = { nonce, digest: digestOf(frame), looks: taken.map(digestOf) };
    const commit = async () => frameReply.safeParse((await page.post('/face/challenge/frames', fields)).body).data;
    const committed = await commit();
    frames.push(frame);
    next = plan.isGlance && frames.length === 2 ? null : (committed?.next ?? null);
    all.push(...taken);
    opened = (next === null && plan.recommits ? await commit() : committed)?.opened ?? [];
  }
  const drawn = opened.flatMap((at) => all[at] ?? []);
  const others = all.filter((_, at) => !opened.includes(at));
  // Without a drawing, there is nothing to change.
  const photo = [...sendFrames(frames), ...(drawn.length > 5 ? sendLooks(drawn, others) : drawn)];
  await page.send({ nonce, photo, ...prove(nonce, photo) });
  if (!plan.isFollowedAtOnce) server.clock.advanceSec(pauseSec);
  return server.audit.events.some(
    ({ action, detail }) => action === 'verified' && 'stepUpId' in detail && detail.stepUpId === id,
  );
}

/** Passes a full check in a browser, then plays the attack. @returns true if its last check counts as verified */
async function playGlance(server: Server, poses: Poses, name: string): Promise<boolean> {
  const known = createTestBrowser(server);
  const other = createTestBrowser(server);
  while (!(await play(server, poses, { browser: known })));
  let isVerified = false;
  for (const plan of toGlances(known, other)[name] ?? []) isVerified = await play(server, poses, plan);
  return isVerified;
}

export const frames: Attack = {
  about: 'pictures and looks that the capture page does not take',
  run: ({ size, say }) =>
    withEngine(async (engine) => {
      const { ada, eve } = await readPeople();
      const poses = await makePoses(ada, 'ada', 1);
      const other = show((await makePoses(eve, 'eve', 1)).left);
      const wall = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#888' } })
        .jpeg()
        .toBuffer();
      const startMs = Date.UTC(2026, 10, 28, 9);
      const ports = { judge: createMovementJudge({ engine }), analysisCache: createTestSight(engine) };
      const policy = { liveness: 'glance', glance: { days: 14, proof: 'browser' } } as const;
      const { server, auth } = await startCapture(policy, { ...ports, verifier: createTestVerifier(engine), startMs });
      const consent = { consentStatement: 'v1', consentGivenAt: new Date(startMs).toISOString() };
      await server.postForm('/enrolments', toForm({ ...who, ...consent, photo: [show(poses.centre)] }), auth);
      const rows: string[][] = [];
      const claims: Claim[] = [];
      const attempts = Object.entries(toPlans(times(32, show(poses.left)), other, wall)).map(
        ([name, plan]) => [name, () => play(server, poses, plan)] as const,
      );
      const glances = Object.keys(toGlances(createTestBrowser(server), createTestBrowser(server))).map(
        (name) => [name, () => playGlance(server, poses, name)] as const,
      );
      for (const [name, run] of [...attempts, ...glances]) {
        // A drawn person is refused now and then.
        const isControl = name.startsWith('control');
        const runs = isControl ? Math.max(5, tries[size]) : tries[size];
        let passed = 0;
        for (let at = 0; at < runs; at += 1) if (await run()) passed += 1;
        say(`${name}: ${passed} of ${runs}`);
        rows.push([name, String(runs), String(passed)]);
        // Half of the glances of the drawn person are refused.
        const share = name.includes('glance') ? 5 : 2;
        const bound = isControl ? { atLeast: Math.ceil(tries[size] / share) } : { atMost: 0 };
        if (!name.startsWith('known limit')) claims.push(toClaim(`passes: ${name}`, passed, bound));
      }
      await server.stop();
      return { table: [['the attacker uses', 'tries', 'passed'], ...rows], claims, skipped: [] };
    }),
};
