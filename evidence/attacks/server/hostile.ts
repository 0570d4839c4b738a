import { type Request, toBytes } from './request.js';
import { atOnce, type Exchange, type Wire } from './socket.js';
import type { Endpoint, Schema } from './surface.js';

export const hostileClasses = [
  'forged',
  'replayed',
  'truncated',
  'oversized',
  'slow',
  'duplicated',
  'cross-tenant',
  'wrong role',
  'wrong type',
  'malformed',
] as const;
export type HostileClass = (typeof hostileClasses)[number];

/** Describes what a call wrongly got; `null` if refused. */
export type Oracle = (exchanges: readonly Exchange[]) => string | null;

export interface Hostile {
  readonly endpoint: string;
  readonly class: HostileClass;
  readonly variant: string;
  /** `face`: uses the engine. `slow`: runs until a timeout. */
  readonly weight: 'light' | 'face' | 'slow';
  readonly port?: number;
  /** Created just in time, because parts expire. */
  wires(): readonly Wire[] | Promise<readonly Wire[]>;
  readonly judge: Oracle;
  readonly after?: Hostile;
}

export interface BadCredential {
  readonly class: Extract<HostileClass, 'forged' | 'replayed' | 'cross-tenant' | 'wrong role'>;
  readonly variant: string;
  request(): Request;
}

export interface Target {
  readonly endpoint: Endpoint;
  valid(): Request;
  readonly alternatives: readonly (() => Request)[];
  /** Body fields; `null`: any other value must be refused. */
  readonly fields: Readonly<Record<string, Schema | null>>;
  replace(field: string, json: string): Request;
  replaceInForm(field: string, text: string): Request | null;
  readonly bad: readonly BadCredential[];
  readonly refusedCaller: Oracle;
  readonly refusedRequest: Oracle;
  readonly mostBytes: number;
}

const quoted = 160;

/** Describes an answer. */
export const describe = ({ answer, end }: Exchange): string =>
  answer === null ? end : `${answer.status} ${answer.text.slice(0, quoted).replace(/\s+/g, ' ')}`;

/** Describes the first exchange that an oracle rejects. */
export const eachRefused =
  (isGiven: (exchange: Exchange) => boolean): Oracle =>
  (exchanges) => {
    const given = exchanges.find(isGiven);
    return given === undefined ? null : describe(given);
  };

/** A mismatched face gets a success status with this text. */
const unmatched = /"(?:authenticated|released)":false/;

/** Accepts error statuses and mismatched faces. */
export const refused: Oracle = eachRefused(
  ({ answer }) => answer !== null && answer.status < 400 && !unmatched.test(answer.text),
);

/** Also accepts hints about unusable photos, which are successes. */
export const refusedOrHelped: Oracle = eachRefused(
  (exchange) => refused([exchange]) !== null && !exchange.answer?.text.includes('"hint":"'),
);

/** Rejects successes that differ from the public answers. */
export const sameForEverybody = (known: ReadonlySet<string>): Oracle =>
  eachRefused(({ answer }) => answer !== null && answer.status < 400 && !known.has(answer.text));

/** Accepts every answer; faults, leaks and side effects are still checked. */
export const open: Oracle = () => null;

export const one = (request: Request): readonly Wire[] => [atOnce(toBytes(request))];
