import { anonymousShare } from '../../../src/core/fair-queue.js';
import { consumeLimits, sharedBudgets } from '../../../src/core/limits/limits.js';
import { toCode } from '../../../src/errors.js';
import { createSqliteState } from '../../../src/storage/state/sqlite.js';
import { standardSettings } from '../../../support/data/settings.js';
import { createManualClock } from '../../../support/fakes/manual-clock.js';
import type { Size } from '../attack.js';
import type { Tally } from './tally.js';

/** Floods: IPv4 addresses, and as many IPv6 /48s, by the minutes that they go on. */
const extents = {
  full: { networks: [1, 5, 10], minutes: [1, 2, 21] },
  quick: { networks: [10], minutes: [1] },
} satisfies Record<Size, object>;

/**
 * Floods each shared budget with its real maximum, each network until it is refused. A flood is accepted if it keeps out
 * an honest caller of another network.
 */
export async function floodBudgets(size: Size, tally: Tally): Promise<void> {
  const floods = extents[size].networks.flatMap((networks) =>
    extents[size].minutes.map((minutes) => ({ networks, minutes })),
  );
  for (const budget of sharedBudgets)
    for (const { networks, minutes } of floods) {
      // The start of a day, so that no window ends during the flood.
      const clock = createManualClock(Date.UTC(2026, 10, 27));
      const deps = { clock, state: createSqliteState({ file: ':memory:', clock }), settings: standardSettings };
      const use = (source: string): Promise<boolean> =>
        consumeLimits([[budget, 'acme', anonymousShare(source)]], deps).then(
          () => true,
          (error: unknown) => {
            if (toCode(error) !== 'locked_out') throw error;
            return false;
          },
        );
      let flooded = 0;
      for (let minute = 0; minute < minutes; minute += 1) {
        if (minute > 0) clock.advanceSec(60);
        for (let at = 0; at < networks; at += 1)
          for (const source of [`198.51.${at}.9`, `2001:db8:${at}:${minute}::/64`])
            while (await use(source)) flooded += 1;
      }
      const name = `${budget}, flood of ${2 * networks} networks in ${minutes} minutes, ${flooded} uses`;
      tally.note(name, !(await use('192.0.2.7')));
      tally.control(name, flooded > 0);
      await deps.state.close();
    }
}
