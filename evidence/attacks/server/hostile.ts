import { atOnce, type Exchange, type Wire } from './exchange.js';
import { type Request, toBytes } from './request.js';
import type { Endpoint, Schema } from './surface.js';

export const hostileClasses = [
  ...(['forged', 'replayed', 'truncated', 'oversized', 'slow', 'duplicated'] as const),
  ...(['cross-tenant', 'wrong role', 'wrong type', 'malformed'] as const),
] as const;
export type HostileClass = (typeof hostileClasses)[number];

/** Returns what a call got although the server should have refused it, or `null`. */
export type Oracle = (exchanges: readonly Exchange[]) => string | null;

export interface Hostile {
  readonly endpoint: string;
  readonly class: HostileClass;
  readonly variant: string;
  /** `face`: needs the face engine. `slow`: runs until a timeout. */
  readonly weight: 'light' | 'face' | 'slow';
  readonly port?: number;
  /** Creates the requests just before they are sent, because parts of them expire. */
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
  /** Body fields with their schemas. If a schema is `null`, the server must refuse every value except the valid one. */
  readonly fields: Readonly<Record<string, Schema | null>>;
  replace(field: string, json: string): Request;
  replaceInForm(field: string, text: string): Request | null;
  readonly bad: readonly BadCredential[];
  readonly refusedCaller: Oracle;
  readonly refusedRequest: Oracle;
  readonly mostBytes: number;
}

const quoted = 160;

export const describe = ({ answer, end }: Exchange): string =>
  answer === null ? end : `${answer.status} ${answer.text.slice(0, quoted).replace(/\s+/g, ' ')}`;

export const eachRefused =
  (isGiven: (answer: NonNullable<Exchange['answer']>) => boolean): Oracle =>
  (exchanges) => {
    const given = exchanges.find(({ answer }) => answer !== null && isGiven(answer));
    return given === undefined ? null : describe(given);
  };

/** Text of a success status that reports a face mismatch. */
const unmatched = /"(?:authenticated|released)":false/;

/** Accepts error statuses and face mismatches. */
export const refused: Oracle = eachRefused(({ status, text }) => status < 400 && !unmatched.test(text));

/** Accepts the same answers as `refused`, and hints about unusable photos, which have a success status. */
export const refusedOrHelped: Oracle = eachRefused(
  ({ status, text }) => status < 400 && !unmatched.test(text) && !text.includes('"hint":"'),
);

/** Accepts error statuses, and success answers that the server gives to every caller. */
export const sameForEverybody = (known: ReadonlySet<string>): Oracle =>
  eachRefused(({ status, text }) => status < 400 && !known.has(text));

/** Accepts every answer. Faults, leaks and side effects are still checked. */
export const open: Oracle = () => null;

export const one = (request: Request): readonly Wire[] => [atOnce(toBytes(request))];
