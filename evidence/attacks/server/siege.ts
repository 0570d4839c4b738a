import { setTimeout as sleep } from 'node:timers/promises';
import { atOnce, codeOf, type Exchange, exchange, toBytes, toRedirected, type Wire } from './exchange.js';
import type { Hostile } from './hostile.js';

/** Answer with a status of 500 or more. */
interface Suspect {
  readonly text: string;
  readonly endpoint: string;
  readonly requestId: string | null;
  readonly status: number;
  readonly code: string | null;
}

interface Pace {
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

/**
 * Returns true if the server refused a request because of overload. Okta events that cannot be handled in time get
 * status 503, so that Okta retries them.
 */
export const isShed = ({ endpoint, status, code }: Suspect): boolean =>
  code === 'overloaded' || (endpoint.endsWith('/events') && status === 503);

interface Setting {
  readonly port: number;
  readonly pace: Pace;
  readonly secrets: readonly string[];
  say(line: string): void;
}

export function createSiege({ port, pace, secrets, say }: Setting) {
  /** Number of calls, by endpoint and class. */
  const met = new Map<string, number>();
  const found = { accepted: [] as string[], hangs: [] as string[], broken: [] as string[] };
  const suspects: Suspect[] = [];
  const tally = { calls: 0, ...found, suspects, met };

  const send = async (wire: Wire, at: number): Promise<Exchange> => {
    tally.calls += 1;
    const from = nextAddress();
    const first = await exchange(wire, { port: at, from, patienceMs });
    const bounced = toBounce(first);
    return bounced === null ? first : exchange(bounced, { port: at, from, patienceMs });
  };
  const find = (name: keyof typeof found, { endpoint, class: kind, variant }: Hostile, what: string): void => {
    const text = `${endpoint}: ${kind}: ${variant}: ${what}`;
    found[name].push(text);
    say(`${name}: ${text}`);
  };
  const note = (hostile: Hostile, exchanges: readonly Exchange[]): void => {
    const { endpoint, class: kind, variant } = hostile;
    const target = `${endpoint}: ${kind}`;
    met.set(target, (met.get(target) ?? 0) + exchanges.length);
    const given = hostile.judge(exchanges);
    if (given !== null) find('accepted', hostile, given);
    for (const { answer, end } of exchanges) {
      if (end === 'hung') find('hangs', hostile, 'neither a response nor a close');
      if (answer === null) continue;
      const { status, headers } = answer;
      const text = answer.text.slice(0, 200);
      if (insides.test(answer.text) || secrets.some((secret) => answer.text.includes(secret)))
        find('accepted', hostile, `told: ${text}`);
      if (status < 500) continue;
      const requestId = headers['x-request-id'] ?? null;
      suspects.push({
        endpoint,
        requestId,
        status,
        code: codeOf(answer),
        text: `${status}: ${target}: ${variant}: ${text}`,
      });
    }
  };
  const act = async (hostile: Hostile): Promise<void> => {
    try {
      const wires = await hostile.wires();
      note(hostile, await Promise.all(wires.map((wire) => send(wire, hostile.port ?? port))));
    } catch (error) {
      find('broken', hostile, error instanceof Error ? error.message.slice(0, 300) : 'failed');
    }
    if (hostile.after !== undefined) await act(hostile.after);
  };
  const lanesOf: Readonly<Record<Hostile['weight'], { readonly lanes: number; readonly betweenMs: number }>> = {
    light: { lanes: pace.atOnce, betweenMs: (1000 * pace.atOnce) / pace.perSecond },
    face: { lanes: pace.facesAtOnce, betweenMs: pace.facesAtOnce * pace.betweenFacesMs },
    slow: { lanes: pace.slowAtOnce, betweenMs: 0 },
  };
  return {
    tally,
    async besiege(all: readonly Hostile[]): Promise<void> {
      const queues = Object.entries(lanesOf).flatMap(([weight, { lanes, betweenMs }]) => {
        const queue = all.filter((each) => each.weight === weight).values();
        return Array.from({ length: lanes }, async () => {
          for (const hostile of queue) await Promise.all([act(hostile), sleep(betweenMs)]);
        });
      });
      await Promise.all(queues);
    },
  };
}

/**
 * Repeats a redirected authorization request with the cookie that the redirect set. The server uses this redirect to
 * test whether a caller stores cookies.
 */
function toBounce({ answer }: Exchange): Wire | null {
  const location = answer?.headers.location ?? '';
  if (answer === null || answer.cookies.length === 0 || !/\/oidc\/[\w-]+\/authorize\?/.test(location)) return null;
  return atOnce(toBytes(toRedirected(answer)));
}
