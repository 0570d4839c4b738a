import type { Answer } from './answer.js';
import type { Hostile, HostileClass, Oracle } from './hostile.js';
import { describe, eachRefused, one } from './hostile.js';
import type { Request } from './request.js';

/** Something that is good once: several send it at the same moment, and one more afterwards. */
export interface SingleUse {
  readonly endpoint: string;
  readonly thing: string;
  /** Makes a fresh one. @returns what sends it: with another number where each sender has an id of its own */
  prepare(): Promise<(sender: number) => Request>;
  /** Whether an answer is what the winner gets. */
  isWon(answer: Answer): boolean;
  readonly weight?: Hostile['weight'];
  /** The winner's own call may be told again, as its provider would. */
  readonly mayRepeat?: boolean;
}

export const success = ({ status }: Answer): boolean => status < 400;

/** At most one, and one where the thing is in order. */
const atMostOne =
  (isWon: SingleUse['isWon']): Oracle =>
  (exchanges) => {
    const winners = exchanges.filter(({ answer }) => answer !== null && isWon(answer));
    return winners.length > 1 ? `${winners.length} of ${exchanges.length} won: ${describe(winners[0])}` : null;
  };

let made = 0;

/** A number that nothing else has. */
export function nextNumber(): number {
  made += 1;
  return made;
}

/** What is counted, so that a thing nobody can use is not taken for one that is used once. */
export interface Winners {
  expected: number;
  won: number;
  /** Things that nobody won. */
  readonly lost: string[];
}

/** @param counts - how many senders at once, one race each */
export function singleUse(all: readonly SingleUse[], counts: readonly number[], winners: Winners): readonly Hostile[] {
  return all.flatMap((each) =>
    counts.map((count): Hostile => {
      let used: ((sender: number) => Request) | null = null;
      const common = { endpoint: each.endpoint, weight: each.weight ?? 'light' };
      const race: Omit<Hostile, 'after'> = {
        ...common,
        class: 'duplicated',
        variant: `${each.thing}, ${count} times at once`,
        async wires() {
          used = await each.prepare();
          const toWire = used;
          return Array.from({ length: count }, (_, sender) => one(toWire(sender))).flat();
        },
        judge(exchanges) {
          winners.expected += 1;
          const hasWon = exchanges.some(({ answer }) => answer !== null && each.isWon(answer));
          if (hasWon) winners.won += 1;
          else winners.lost.push(`${each.thing}: ${exchanges[0] === undefined ? '' : describe(exchanges[0])}`);
          return atMostOne(each.isWon)(exchanges);
        },
      };
      const again: HostileClass = 'replayed';
      const replay: Hostile = {
        ...common,
        class: again,
        variant: `${each.thing}, used before (${count})`,
        // Another sender than those of the race: one who had it told again may.
        wires: () => (used === null ? [] : one(used(each.mayRepeat === true ? count + 1 : 0))),
        judge: eachRefused(({ answer }) => answer !== null && each.isWon(answer)),
      };
      return { ...race, after: replay };
    }),
  );
}
