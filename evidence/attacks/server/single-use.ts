import type { Answer } from './exchange.js';
import { describe, eachRefused, type Hostile, one } from './hostile.js';
import type { Request } from './request.js';

export interface SingleUse {
  readonly endpoint: string;
  readonly thing: string;
  /**
   * Creates a new single-use item, such as a code.
   * @returns a function that creates each concurrent sender's request
   */
  prepare(): Promise<(sender: number) => Request>;
  isWon(answer: Answer): boolean;
  readonly weight?: Hostile['weight'];
  /** True if the sender whose call succeeded may repeat that call. */
  readonly mayRepeat?: boolean;
}

/** Counts races in which a call succeeded, to reveal items that never work. */
export interface Winners {
  expected: number;
  won: number;
  readonly lost: string[];
}

/** Sends concurrent requests for each item, of which one may succeed. Then sends a further request, which must fail. */
export function singleUse(all: readonly SingleUse[], counts: readonly number[], winners: Winners): readonly Hostile[] {
  return all.flatMap((each) =>
    counts.map((count): Hostile => {
      let used: ((sender: number) => Request) | null = null;
      const common = { endpoint: each.endpoint, weight: each.weight ?? 'light' };
      return {
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
          const won = exchanges.filter(({ answer }) => answer !== null && each.isWon(answer));
          if (won.length > 0) winners.won += 1;
          else winners.lost.push(`${each.thing}: ${exchanges.map(describe)[0] ?? ''}`);
          return won.length > 1 ? `${won.length} of ${exchanges.length} won: ${describe(won[0])}` : null;
        },
        after: {
          ...common,
          class: 'replayed',
          variant: `${each.thing}, used before (${count})`,
          // Uses a new sender, because the sender whose call succeeded may repeat it.
          wires: () => (used === null ? [] : one(used(each.mayRepeat === true ? count + 1 : 0))),
          judge: eachRefused(each.isWon),
        },
      };
    }),
  );
}
