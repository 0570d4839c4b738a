import { type Request, toBytes } from './request.js';
import { atOnce, type Exchange, type Wire } from './socket.js';
import type { Endpoint, Schema } from './surface.js';

/** What is wrong with a call. Every endpoint meets every one of them. */
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

/** Says what a call got that it must not get; `null` if it was refused. */
export type Oracle = (exchanges: readonly Exchange[]) => string | null;

/** One hostile thing to do: most often one call, or several at the same moment. */
export interface Hostile {
  /** By the name in the surface. */
  readonly endpoint: string;
  readonly class: HostileClass;
  /** What is wrong with it, so that it can be repeated. */
  readonly variant: string;
  /** `face`: it makes the engine work. `slow`: it takes as long as the server lets it. */
  readonly weight: 'light' | 'face' | 'slow';
  /** Another port than the server's own. */
  readonly port?: number;
  /** Made when its turn comes: what it rests on may be valid for a short time. */
  wires(): readonly Wire[] | Promise<readonly Wire[]>;
  readonly judge: Oracle;
  /** What is done once this is over. */
  readonly after?: Hostile;
}

/** A request with a credential that must not work. */
export interface BadCredential {
  readonly class: Extract<HostileClass, 'forged' | 'replayed' | 'cross-tenant' | 'wrong role'>;
  readonly variant: string;
  request(): Request;
}

/** An endpoint as the generator of hostile calls sees it. */
export interface Target {
  readonly endpoint: Endpoint;
  /** What the server takes from a caller with the right credential; each time another request. */
  valid(): Request;
  /** The same with another type of body. */
  readonly alternatives: readonly (() => Request)[];
  /** Fields of its body; `null`: any value in place of the field's has to be refused. */
  readonly fields: Readonly<Record<string, Schema | null>>;
  /** The valid request with that JSON text in place of a field's. */
  replace(field: string, json: string): Request;
  /** The same as a form, with any text; `null` if the endpoint takes no form. */
  replaceInForm(field: string, text: string): Request | null;
  readonly bad: readonly BadCredential[];
  /** Judges a request with a bad credential, or with another method. */
  readonly refusedCaller: Oracle;
  /** Judges a request that is wrong in itself. */
  readonly refusedRequest: Oracle;
  /** The most its body may have, in bytes. */
  readonly mostBytes: number;
}

/** How much of an answer a finding quotes. */
const quoted = 160;

/** An answer in words. */
export const describe = ({ answer, end }: Exchange): string =>
  answer === null ? end : `${answer.status} ${answer.text.slice(0, quoted).replace(/\s+/g, ' ')}`;

/** What the first exchange that an oracle does not let pass was given. */
export const eachRefused =
  (isGiven: (exchange: Exchange) => boolean): Oracle =>
  (exchanges) => {
    const given = exchanges.find(isGiven);
    return given === undefined ? null : describe(given);
  };

/** A face that did not match is answered as a success, and says so. */
const unmatched = /"(?:authenticated|released)":false/;

/** Refused: by its status, or as a face that does not match. */
export const refused: Oracle = eachRefused(
  ({ answer }) => answer !== null && answer.status < 400 && !unmatched.test(answer.text),
);

/** Refused, or answered with a hint about an unusable photo, which is a success. */
export const refusedOrHelped: Oracle = eachRefused(
  (exchange) => refused([exchange]) !== null && !exchange.answer?.text.includes('"hint":"'),
);

/** Given only if an answer is a success with another text than the public ones. */
export const sameForEverybody = (known: ReadonlySet<string>): Oracle =>
  eachRefused(({ answer }) => answer !== null && answer.status < 400 && !known.has(answer.text));

/** Lets every answer pass: faults, leaks and what stands afterwards are still looked at. */
export const open: Oracle = () => null;

/** One call. */
export const one = (request: Request): readonly Wire[] => [atOnce(toBytes(request))];
