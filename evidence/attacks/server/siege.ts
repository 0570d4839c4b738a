import { atOnce, codeOf, type Exchange, exchange, type Wire } from './exchange.js';
import type { Hostile, HostileClass } from './hostile.js';
import { toBytes } from './request.js';

export interface Finding {
  readonly endpoint: string;
  readonly class: HostileClass;
  readonly variant: string;
  readonly what: string;
}

export interface Suspect extends Finding {
  readonly requestId: string | null;
  readonly status: number;
  readonly code: string | null;
}

export interface Tally {
  calls: number;
  readonly accepted: Finding[];
  readonly suspects: Suspect[];
  readonly hangs: Finding[];
  readonly broken: Finding[];
  readonly met: Map<string, Map<HostileClass, number>>;
}

export const newTally = (): Tally => ({
  calls: 0,
  accepted: [],
  suspects: [],
  hangs: [],
  broken: [],
  met: new Map(),
});

export interface Pace {
  /** Limits of calls without the face engine. */
  readonly perSecond: number;
  readonly atOnce: number;
  /** Limits of calls that use the face engine. */
  readonly facesAtOnce: number;
  readonly betweenFacesMs: number;
  readonly slowAtOnce: number;
}

/** Timeout in milliseconds. For slow calls, the timeout starts when the last byte is sent. */
const patienceMs = 20_000;

/** Stack traces, file paths and internal errors, which no answer may contain. */
const insides = /\bnode_modules\b|\/dist\/src\/|\n\s+at \S+ \(|SQLITE_|ECONNREFUSED/;

/** Each call has its own source address, so that limits by address do not hide other results. */
let calls = 0;
const nextAddress = (): string => {
  calls += 1;
  return `127.9.${1 + (Math.floor(calls / 250) % 250)}.${1 + (calls % 250)}`;
};

export interface SiegeOptions {
  readonly port: number;
  readonly pace: Pace;
  readonly secrets: readonly string[];
  say(line: string): void;
}

/**
 * Returns true if the server refused a request because of overload. Okta events that cannot be handled in time get
 * status 503, so that Okta retries them.
 */
export const isShed = ({ endpoint, status, code }: Suspect): boolean =>
  code === 'overloaded' || (endpoint.endsWith('/events') && status === 503);

export const inWords = ({ endpoint, class: kind, variant, what }: Finding): string =>
  `${endpoint}: ${kind}: ${variant}: ${what}`;

export async function besiege(
  all: readonly Hostile[],
  tally: Tally,
  { port, pace, secrets, say }: SiegeOptions,
): Promise<void> {
  const { accepted, suspects, hangs, broken, met } = tally;

  const send = async (wire: Wire, at: number): Promise<Exchange> => {
    tally.calls += 1;
    const from = nextAddress();
    const first = await exchange(wire, { port: at, from, patienceMs });
    const bounced = toBounce(first);
    return bounced === null ? first : exchange(bounced, { port: at, from, patienceMs });
  };
  const find = (name: string, found: Finding[], finding: Finding): void => {
    found.push(finding);
    say(`${name}: ${inWords(finding)}`);
  };
  const note = (hostile: Hostile, exchanges: readonly Exchange[]): void => {
    const { endpoint, variant } = hostile;
    const about = { endpoint, class: hostile.class, variant };
    const ofEndpoint = met.get(endpoint) ?? new Map<HostileClass, number>();
    ofEndpoint.set(hostile.class, (ofEndpoint.get(hostile.class) ?? 0) + exchanges.length);
    met.set(endpoint, ofEndpoint);
    const given = hostile.judge(exchanges);
    if (given !== null) find('accepted', accepted, { ...about, what: given });
    for (const { answer, end, ms } of exchanges) {
      if (end === 'hung')
        find('hang', hangs, { ...about, what: `neither an answer nor an end in ${Math.round(ms / 1000)} s` });
      if (answer === null) continue;
      const told = secrets.find((secret) => answer.text.includes(secret));
      if (told !== undefined || insides.test(answer.text))
        find('accepted', accepted, { ...about, what: `told: ${answer.text.slice(0, 200)}` });
      if (answer.status < 500) continue;
      const requestId = answer.headers['x-request-id'] ?? null;
      const suspect = {
        ...about,
        what: answer.text.slice(0, 200),
        requestId,
        status: answer.status,
        code: codeOf(answer),
      };
      suspects.push(suspect);
      if (!isShed(suspect)) say(`${suspect.status}: ${inWords(suspect)}`);
    }
  };
  const act = async (hostile: Hostile): Promise<void> => {
    try {
      const wires = await hostile.wires();
      note(hostile, await Promise.all(wires.map((wire) => send(wire, hostile.port ?? port))));
    } catch (error) {
      const what = error instanceof Error ? error.message.slice(0, 300) : 'failed';
      const { endpoint, class: kind, variant } = hostile;
      find('not prepared', broken, { endpoint, class: kind, variant, what });
    }
    if (hostile.after !== undefined) await act(hostile.after);
  };

  const of = (weight: Hostile['weight']): Hostile[] => all.filter((each) => each.weight === weight);
  await Promise.all([
    inLanes(of('light'), { lanes: pace.atOnce, betweenMs: (1000 * pace.atOnce) / pace.perSecond }, act, (done, count) =>
      say(`  ${done} of ${count} things done, ${accepted.length} accepted`),
    ),
    inLanes(of('face'), { lanes: pace.facesAtOnce, betweenMs: pace.facesAtOnce * pace.betweenFacesMs }, act),
    inLanes(of('slow'), { lanes: pace.slowAtOnce, betweenMs: 0 }, act),
  ]);
}

async function inLanes(
  all: readonly Hostile[],
  { lanes, betweenMs }: { readonly lanes: number; readonly betweenMs: number },
  act: (hostile: Hostile) => Promise<void>,
  tell?: (done: number, count: number) => void,
): Promise<void> {
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    while (next < all.length) {
      const hostile = all[next];
      next += 1;
      const began = performance.now();
      await act(hostile);
      done += 1;
      if (done % 1000 === 0) tell?.(done, all.length);
      const left = betweenMs - (performance.now() - began);
      if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, all.length) }, lane));
}

/**
 * Repeats a redirected authorization request with the cookie that the redirect set. The server uses this redirect to
 * test whether a caller stores cookies.
 */
function toBounce({ answer }: Exchange): Wire | null {
  const location = answer?.headers.location ?? '';
  if (answer === null || answer.cookies.length === 0 || !/\/oidc\/[\w-]+\/authorize\?/.test(location)) return null;
  const path = location.replace(/^https?:\/\/[^/]+/, '');
  const cookie = answer.cookies.map((line) => line.split(';')[0]).join('; ');
  return atOnce(toBytes({ method: 'GET', path, headers: [['Cookie', cookie]], body: null }));
}
