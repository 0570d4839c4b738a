import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { residentMiB, round } from '../bench/measure.js';
import { type Attack, type Finding, type Size, toClaim } from './attack.js';
import { attackAnonymously, claimsOfAnonymous, countLines } from './server/anonymous.js';
import { rightCredential } from './server/bad-credentials.js';
import { bodyOf, codeOf } from './server/exchange.js';
import { findEndpoints, generate } from './server/generate.js';
import { type Battlefield, type Endpoint, hostileClasses } from './server/hostile.js';
import { startLegitimate } from './server/legitimate.js';
import { beginElsewhere, shootFilm } from './server/page.js';
import { type HookTarget, hookRequest } from './server/providers.js';
import { racesOf, racesOfHooks, singleUse, type Winners } from './server/races.js';
import { createSiege, isShed } from './server/siege.js';
import { openStage, type Stage } from './server/stage.js';
import { validRequest } from './server/targets.js';
import { makeVictims } from './server/victims.js';

const lineGuard = z.looseObject({
  level: z.number(),
  msg: z.string(),
  requestId: z.string().optional(),
  code: z.string().optional(),
});

const errorLevel = 50;

/** Returns error codes by request, and the lines that report a fault. */
async function readServerLog(file: string, from: number) {
  const codes = new Map<string, string>();
  const faults: { requestId: string | null; text: string }[] = [];
  for (const line of (await readFile(file, 'utf8')).split('\n').slice(from)) {
    if (line.trim() === '') continue;
    // Lines outside the log format come from crashes.
    const { level = errorLevel, requestId = null, code } = lineGuard.safeParse(bodyOf({ text: line })).data ?? {};
    if (requestId !== null && code !== undefined) codes.set(requestId, code);
    if (level >= errorLevel) faults.push({ requestId, text: line.slice(0, 600) });
  }
  return { codes, faults };
}

/** Endpoints whose valid calls need more than the description says; the tests next to their code make these calls. */
const shownElsewhere: readonly RegExp[] = [
  /^POST \/face\/(hand-off\/choice|challenge\/frames|frames|open|kiosk\/next|passkey.*|document.*|reference|enrolment\/renew|notices.*)$/,
  /^POST \/(v2\/(authenticate-credentials|generateToken)|step-ups\/requested|signatures|ssf\/token|proof)$/,
  /^POST \/face\/((checks\/)?not-me(\/about)?|help|receipt|recovery-codes|set-up-link|test|caller-pin|another-way\/.*)$/,
  /^POST \/help-desk\/(vouchings|enrolments|bypass-codes|requests)(\/\{id\}.*)?$/,
  /^POST \/(help-desk\/caller-pins|callers(\/pin)?|events\/undelivered\/retry)$|^GET \/callers\/\{id\}$/,
  /^(GET|POST) \/application-requests\/\{id\}|^POST \/campaigns|^GET \/campaigns\/(\{id\}|people)/,
  /^(GET|POST) \/connections\/\{id\}|^POST \/(applications\/\{id\}\/owners|hooks\/\{connection\})/,
  /^POST \/(face\/vendor-check.*|recoveries(\/\{id\}\/(approve|refuse))?)$/,
  // Without a draft or an earlier version, there is nothing to change. A restart would end the calls of others.
  /^(GET|POST) \/configuration\/(draft\/(save|discard|check|apply|connect|effect)|versions\/(restore|compare)|restart)$/,
  /^(GET|POST) \/(brand\/apply|keys\/retire|people\/(names|members)|doctor\/accepted|acceptance-reports)$/,
  // The preparation and the races delete administrators and applications.
  /^DELETE /,
];

/** Called last, in this order, because these calls end or delete what all other calls use. */
const endings = [/^\/face\/enrolment\/revoke/, /^\/face\/decline/, /revoke/i, /erase/, /remove/];

const rankOf = ({ path }: Endpoint): number => endings.findIndex((each) => each.test(path));

/**
 * Calls every endpoint with a valid credential, to prove that the attacks are refused because of their credential.
 * @returns the number of tested endpoints, and the endpoints that refused the valid credential
 */
async function askAsTheyMay(field: Battlefield) {
  const { stage, victims, endpoints } = field;
  const own = endpoints
    .filter(({ needs }) => ['client', 'admin', 'session', 'open'].includes(needs))
    .filter(({ name }) => !shownElsewhere.some((each) => each.test(name)))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
  const refused: string[] = [];
  for (const endpoint of own) {
    const headers = rightCredential(endpoint, stage, victims);
    const answer = await stage.caller.call({ ...validRequest(endpoint, field), headers });
    if (answer.status >= 400) refused.push(`${endpoint.name}: ${answer.status} ${codeOf(answer) ?? ''}`);
  }
  return { asked: own.length, refused };
}

const administratorsGuard = z.object({ administrators: z.array(z.object({ name: z.string(), role: z.string() })) });

/** Reads the administrators and the requests to the lure, which no attack may change. */
async function readStanding({ admin, providers }: Stage): Promise<string> {
  const { administrators } = administratorsGuard.parse((await admin.get('/administrators')).body);
  const all = administrators.map(({ name, role }) => `${name} ${role}`);
  return [...all.filter((each) => /^(owner|siege-\w+|victim) /.test(each)), ...providers.lure.calls].join(', ');
}

/**
 * Calls the hook as the provider does.
 * @returns true if the user's face check was still unused
 */
async function takeBait({ caller }: Stage, target: HookTarget): Promise<boolean> {
  if (!target.hasBait) return true;
  const request = hookRequest(target, target.bait);
  const ask = async (): Promise<boolean> => target.isGranted(await caller.call(request));
  // If the first decision came too late, a retry with the same event gets that decision.
  return (await ask()) || ask();
}

/** Speed and duration of an attack. In a race, each number of `senders` is a number of concurrent senders. */
const extents = {
  full: {
    pace: { perSecond: 60, atOnce: 8, facesAtOnce: 1, betweenFacesMs: 600, slowAtOnce: 64 },
    warmUpMs: 20_000,
    leastCalls: 10_000,
    senders: [2, 5, 20],
  },
  quick: {
    pace: { perSecond: 400, atOnce: 16, facesAtOnce: 4, betweenFacesMs: 0, slowAtOnce: 400 },
    warmUpMs: 0,
    leastCalls: 1_000,
    senders: [8],
  },
} satisfies Record<Size, object>;

const secretsOf = ({ credentials, providers }: Stage): readonly string[] => [
  credentials.owner,
  credentials.legitimate,
  providers.shop.requestSecret,
  ...providers.hooks.flatMap((hook) => Object.values(hook.toCall(0).headers)),
  ...providers.targets.flatMap(({ secret }) => (secret === null ? [] : [secret])),
];

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

async function attack(stage: Stage, size: Size, say: (line: string) => void): Promise<Finding> {
  const film = await shootFilm();
  const victims = await makeVictims(stage, film);
  const begun = { okta: await beginElsewhere(stage, 'okta'), rival: await beginElsewhere(stage, 'rival') };
  const { endpoints, publicTexts } = await findEndpoints(stage);
  const field = { stage, victims, begun, endpoints, publicTexts };
  say(`${endpoints.length} endpoints; the legitimate load begins`);

  const load = await startLegitimate(stage, victims, film);
  const { pace, warmUpMs, leastCalls, senders } = extents[size];
  await sleep(warmUpMs);
  const rssBefore = residentMiB(stage.pid);
  const standing = await readStanding(stage);
  const firstLine = await countLines(stage.logFile);

  const winners: Winners = { expected: 0, won: 0, lost: [] };
  const { tally, besiege } = createSiege({ port: stage.port, pace, secrets: secretsOf(stage), say });
  const hostile = [...singleUse(racesOf(stage, victims, film), senders, winners), ...generate(field, size)];
  say(`${hostile.length} hostile things to do`);
  await besiege(hostile);
  // The hostile calls must not have consumed these face checks, so the provider can still use them.
  const taken: string[] = [];
  for (const target of stage.providers.hooks) {
    if (!(await takeBait(stage, target))) taken.push(`the bait of ${target.path} was gone`);
  }
  await besiege(singleUse(racesOfHooks(stage, victims), senders, winners));
  const standingAfter = await readStanding(stage);
  if (standingAfter !== standing) taken.push(`changed: ${standing} → ${standingAfter}`);
  const controls = await askAsTheyMay(field);
  const { byKind, refusals } = await load.stop();
  const rssGrowthMiB = round(residentMiB(stage.pid) - rssBefore, 0);
  // This attack runs last, because it uses up the request budget of anonymous callers.
  const anonymous = await attackAnonymously(stage, film, size);

  const log = await readServerLog(stage.logFile, firstLine);
  const shed = tally.suspects.filter((each) =>
    isShed({ ...each, code: log.codes.get(each.requestId ?? '') ?? each.code }),
  );
  const faultIds = new Set(log.faults.map(({ requestId }) => requestId));
  const answered = new Map(tally.suspects.map(({ requestId, text }) => [requestId, text]));
  const faults = log.faults.map(({ requestId, text }) => `${answered.get(requestId) ?? 'no answer'}: ${text}`);
  const errors = [
    ...tally.suspects.filter((each) => !shed.includes(each) && !faultIds.has(each.requestId)).map(({ text }) => text),
    ...faults.filter((text) => size === 'full' || !isLate(text)),
    ...(stage.isAlive() ? [] : ['the server stopped']),
  ];
  const targets = endpoints.flatMap(({ name }) => hostileClasses.map((kind) => `${name}: ${kind}`));
  const missing = targets.filter((each) => (tally.met.get(each) ?? 0) === 0);
  const reports = {
    accepted: taken,
    error: errors,
    'never attacked': missing,
    'race without winner': winners.lost,
    'refused as allowed': controls.refused,
    'legitimate, refused': refusals,
  };
  for (const [name, lines] of Object.entries(reports)) {
    for (const line of lines) say(`${name}: ${line}`);
  }
  const accepted = tally.accepted.length + reports.accepted.length;
  const none = { atMost: 0 };
  return {
    table: [
      ['legitimate', 'requests', 'refused'],
      ...byKind.map(({ kind, requests, refused }) => [kind, String(requests), String(refused)]),
    ],
    claims: [
      toClaim('hostile calls', tally.calls, { atLeast: leastCalls }),
      toClaim('endpoints and classes without a call', missing.length, none),
      toClaim('hostile calls accepted', accepted, none),
      toClaim('faults in answers and log', errors.length, none),
      toClaim('calls without an end', tally.hangs.length, none),
      toClaim('legitimate requests refused', refusals.length, none),
      // Quick mode runs next to other tests, which affect memory.
      ...(size === 'quick' ? [] : [toClaim('memory growth, MiB', rssGrowthMiB, { atMost: 256 })]),
      ...claimsOfAnonymous(anonymous),
      toClaim('control: unusable single-use items', winners.expected - winners.won, none),
      toClaim('control: valid requests refused', controls.refused.length, none),
      toClaim('control: failed preparations', tally.broken.length, none),
    ],
    skipped: [],
  };
}
