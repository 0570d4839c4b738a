import { codeOf } from './answer.js';
import type { Hostile, HostileClass } from './hostile.js';
import { toBytes } from './request.js';
import { atOnce, type Exchange, exchange, type Wire } from './socket.js';

/** Something that a hostile call got, or did, with what it takes to do it again. */
export interface Finding {
  readonly endpoint: string;
  readonly class: HostileClass;
  readonly variant: string;
  readonly what: string;
}

/** An answer that tells of a fault, until the log says which. */
export interface Suspect extends Finding {
  readonly requestId: string | null;
  readonly status: number;
  readonly code: string | null;
}

/** What came of all hostile calls. */
export interface Tally {
  /** Connections, each with one request. */
  calls: number;
  readonly accepted: Finding[];
  readonly suspects: Suspect[];
  readonly hangs: Finding[];
  /** Things that could not be prepared: not hostile, and not in order. */
  readonly broken: Finding[];
  /** Calls by endpoint and class. */
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

/** How fast it goes. */
export interface Pace {
  /** Light calls that are begun in a second, and under way at once. */
  readonly perSecond: number;
  readonly atOnce: number;
  /** Calls that make the engine work: how many are under way at once, and the least time between two of them, in milliseconds. */
  readonly facesAtOnce: number;
  readonly betweenFacesMs: number;
  /** Slow ones under way at once. */
  readonly slowAtOnce: number;
}

/** How long a call may take that is not slow itself, and how long after the last byte of a slow one. */
const patienceMs = 20_000;

/** What no answer to anybody holds: frames of an error, addresses of files. */
const insides = /\bnode_modules\b|\/dist\/src\/|\n\s+at \S+ \(|SQLITE_|ECONNREFUSED/;

/** Hostile addresses: so many that no limit by address stands in for what is to be seen. */
let calls = 0;
const nextAddress = (): string => {
  calls += 1;
  return `127.9.${1 + (Math.floor(calls / 250) % 250)}.${1 + (calls % 250)}`;
};

export interface SiegeOptions {
  readonly port: number;
  readonly pace: Pace;
  /** What no answer may hold. */
  readonly secrets: readonly string[];
  say(line: string): void;
}

/** True if the server put a request off. Okta is asked to send an event again that cannot be acted on in time. */
export const isShed = ({ endpoint, status, code }: Suspect): boolean =>
  code === 'overloaded' || (endpoint.endsWith('/events') && status === 503);

/** A finding as one line. */
export const inWords = ({ endpoint, class: kind, variant, what }: Finding): string =>
  `${endpoint}: ${kind}: ${variant}: ${what}`;

/** Sends all of it, and judges each answer. @param tally - what came of it is added there, and each finding is reported at once */
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

/** Each lane begins its next at the earliest so long after its last began. */
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
 * The next request of a browser that is sent to the very authorization endpoint it came from, with a cookie: a server may
 * want to see that somebody is there before it does anything.
 */
function toBounce({ answer }: Exchange): Wire | null {
  const location = answer?.headers.location ?? '';
  if (answer === null || answer.cookies.length === 0 || !/\/oidc\/[\w-]+\/authorize\?/.test(location)) return null;
  const path = location.replace(/^https?:\/\/[^/]+/, '');
  const cookie = answer.cookies.map((line) => line.split(';')[0]).join('; ');
  return atOnce(toBytes({ method: 'GET', path, headers: [['Cookie', cookie]], body: null }));
}
