import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB, round } from '../bench/measure.js';
import type { Attack, Finding as Came } from './attack.js';
import { cameraAttacks } from './server/camera-attacks.js';
import { askAsTheyMay } from './server/controls.js';
import { shootFilm } from './server/film.js';
import { findEndpoints, generate, oidcConnections, unmet } from './server/generate.js';
import type { Hostile } from './server/hostile.js';
import { startLegitimate } from './server/legitimate.js';
import { type Begun, beginElsewhere } from './server/oidc.js';
import { toCame } from './server/outcome.js';
import { attackWithPictures } from './server/picture-attack.js';
import { countLines, readServerLog } from './server/server-log.js';
import { besiege, inWords, isShed, newTally, type Pace } from './server/siege.js';
import { singleUse, type Winners } from './server/single-use.js';
import { singleUseOfApi } from './server/single-use-api.js';
import { singleUseOfHooks } from './server/single-use-hooks.js';
import { singleUseOfOidc } from './server/single-use-oidc.js';
import { openStage, type Stage } from './server/stage.js';
import { changesOf, readStanding, takeBait } from './server/standing.js';
import { tokenAttacks } from './server/token-attacks.js';
import { makeVictims } from './server/victims.js';
import type { Size } from './size.js';

const paceOf: Readonly<Record<Size, Pace>> = {
  full: { perSecond: 60, atOnce: 8, facesAtOnce: 1, betweenFacesMs: 600, slowAtOnce: 64 },
  quick: { perSecond: 400, atOnce: 16, facesAtOnce: 4, betweenFacesMs: 0, slowAtOnce: 400 },
};

const timesOf: Readonly<
  Record<Size, { readonly warmUpMs: number; readonly beforeMs: number; readonly afterMs: number }>
> = {
  full: { warmUpMs: 20_000, beforeMs: 90_000, afterMs: 20_000 },
  quick: { warmUpMs: 0, beforeMs: 1_000, afterMs: 0 },
};

const racesOf: Readonly<Record<Size, readonly number[]>> = { full: [2, 5, 20], quick: [8] };

const secretsOf = ({ credentials, providers }: Stage): readonly string[] => [
  credentials.owner,
  credentials.legitimate,
  providers.shop.requestSecret,
  ...providers.hooks.flatMap((hook) => (hook.sign === undefined ? Object.values(hook.toCall(0).headers) : [])),
  ...providers.targets.flatMap(({ secret }) => (secret === null ? [] : [secret])),
];

/** Sends hostile calls to every endpoint of a real server under legitimate load. */
export const server: Attack = {
  about: 'hostile calls at every endpoint of a running server, while others are served',
  async run({ size, say }) {
    const stage = await openStage();
    try {
      return await attack(stage, size, say);
    } finally {
      await stage.close();
    }
  },
};

/** Returns true if a log line reports a decision after the provider's timeout, which other tests' load may cause. */
const isLate = (text: string): boolean => text.includes('hook answered before its decision');

async function attack(stage: Stage, size: Size, say: (line: string) => void): Promise<Came> {
  const film = await shootFilm();
  const victims = await makeVictims(stage, film);
  const begun: Record<string, Begun> = {};
  for (const connection of oidcConnections) begun[connection] = await beginElsewhere(stage, connection);
  const { endpoints, known } = await findEndpoints(stage);
  const field = { stage, victims, begun, endpoints, known };
  say(`${endpoints.length} endpoints; the legitimate load begins`);

  const load = await startLegitimate(stage, victims, film);
  const { warmUpMs, beforeMs, afterMs } = timesOf[size];
  await sleep(warmUpMs);
  await load.report();
  const rssBefore = residentMiB(stage.pid);
  await sleep(beforeMs);
  const before = await load.report();
  const standing = await readStanding(stage);
  const firstLine = await countLines(stage.logFile);

  const winners: Winners = { expected: 0, won: 0, lost: [] };
  const races = racesOf[size];
  const options = { port: stage.port, pace: paceOf[size], secrets: secretsOf(stage), say };
  const hostile: readonly Hostile[] = [
    ...singleUse([...singleUseOfApi(stage, victims, film), ...singleUseOfOidc(stage, victims, film)], races, winners),
    ...cameraAttacks(stage, victims, film),
    ...tokenAttacks(stage, victims, size),
    ...generate(field, size),
  ];
  say(`${hostile.length} hostile things to do`);
  const tally = newTally();
  await besiege(hostile, tally, options);
  // The hostile calls must not have consumed these face checks, so the provider can still use them.
  const taken: string[] = [];
  for (const target of stage.providers.hooks) {
    if (!(await takeBait(stage, target))) taken.push(`the bait of ${target.path} was gone`);
  }
  await besiege(singleUse(singleUseOfHooks(stage, victims), races, winners), tally, options);
  const during = await load.report();
  const changes = changesOf(standing, await readStanding(stage));
  const controls = await askAsTheyMay(endpoints, { stage, victims });
  await sleep(afterMs);
  const rssGrowthMiB = round(residentMiB(stage.pid) - rssBefore, 0);
  // This attack runs last, because it uses up the request budget of anonymous callers.
  const pictures = size === 'quick' ? null : await attackWithPictures(stage, load, { lastsMs: 60_000, atOnce: 8 });
  await load.stop();

  const log = await readServerLog(stage.logFile, firstLine);
  const shed = tally.suspects.filter((each) =>
    isShed({ ...each, code: log.codes.get(each.requestId ?? '') ?? each.code }),
  );
  const faultIds = new Set(log.faults.map(({ requestId }) => requestId));
  const errors = [
    ...tally.suspects.filter((each) => !shed.includes(each) && !faultIds.has(each.requestId)).map(inWords),
    ...log.faults.map(({ text }) => text).filter((text) => size === 'full' || !isLate(text)),
    ...(stage.isAlive() ? [] : ['the server has ended']),
  ];
  const missing = unmet(endpoints, tally.met);
  const reports = {
    accepted: [...taken, ...changes],
    error: errors,
    'never attacked': missing,
    'nobody won': winners.lost,
    'refused as they may': controls.refused,
    'legitimate, refused': during.refusals,
  };
  for (const [name, lines] of Object.entries(reports)) {
    for (const line of lines) say(`${name}: ${line}`);
  }
  return toCame({
    size,
    tally,
    before,
    during,
    rssGrowthMiB,
    pictures,
    winners,
    controls,
    shed: shed.length,
    endpoints: endpoints.length,
    accepted: tally.accepted.length + taken.length + changes.length,
    errors: errors.length,
    missing: missing.length,
  });
}
