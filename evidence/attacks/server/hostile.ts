import { type Request, toBytes } from './request.js';
import { atOnce, type Exchange, type Wire } from './socket.js';

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

/** What a call was given that it must not get, in words; `null`: it was refused. */
export type Oracle = (exchanges: readonly Exchange[]) => string | null;

/** One hostile thing to do: most often one call, of several at the same moment. */
export interface Hostile {
  /** By the name in the surface. */
  readonly endpoint: string;
  readonly class: HostileClass;
  /** What is wrong with it, so that it can be done again. */
  readonly variant: string;
  /** `face`: it makes the engine work. `slow`: it takes as long as the server lets it. */
  readonly weight: 'light' | 'face' | 'slow';
  /** Of another address than the server's own. */
  readonly port?: number;
  /** Made when its turn comes: what it rests on may be good for a short time. */
  wires(): readonly Wire[] | Promise<readonly Wire[]>;
  readonly judge: Oracle;
  /** What is done once this is over. */
  readonly after?: Hostile;
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

/** That a photo is of no use is told whoever may send one, in an answer that is a success. */
const ofNoUse = /"hint":"/;

/** Refused, or told what would help. */
export const refusedOrHelped: Oracle = eachRefused(
  (exchange) => refused([exchange]) !== null && !ofNoUse.test(exchange.answer?.text ?? ''),
);

/** One call. */
export const one = (request: Request): readonly Wire[] => [atOnce(toBytes(request))];
