import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { CoreDeps } from '../../core/deps.js';
import { drawBelow } from '../../core/number-choices.js';
import { digestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';

/* Codes that phones display and counters read. A code is valid for one check, in the browser that displays it. */

export const shownCodeLifeSec = 180;

const shownGuard = z.object({
  browserDigest: z.string(),
  code: z.string().nullable(),
  endsAt: epochMsGuard,
});
type ShownCode = z.output<typeof shownGuard>;

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random'>;

const toStored = (connection: string, digits: string) => ({
  key: `oidc-counter-shown:${connection}:${digestOf(digits).toString('base64url')}`,
  guard: shownGuard,
  expiresAt: ({ endsAt }: ShownCode): EpochMs => endsAt,
});

export const isShownCode = (digits: string): boolean => /^\d{8}$/.test(digits);

export function createShownCodes(connection: string, deps: Deps) {
  return {
    async make(browserDigest: string): Promise<string | null> {
      const digits = Array.from({ length: 8 }, () => drawBelow(10, deps.random)).join('');
      const shown = { browserDigest, code: null, endsAt: addSec(deps.clock.now(), shownCodeLifeSec) };
      const { key } = toStored(connection, digits);
      return (await deps.state.write(key, shown, { when: 'absent', expiresAt: shown.endsAt })) ? digits : null;
    },

    async read(digits: string): Promise<ShownCode | null> {
      return (await readStored(toStored(connection, digits), deps))?.record ?? null;
    },

    /** @returns the digest of the phone's browser, or `null` if the code is unknown or used */
    async take(digits: string, code: string): Promise<string | null> {
      const { former, changed } = await changeStored(
        toStored(connection, digits),
        (found) => (found === null || found.code !== null ? found : { ...found, code }),
        deps,
      );
      return changed === null || changed === former ? null : changed.browserDigest;
    },
  };
}

export type ShownCodes = ReturnType<typeof createShownCodes>;
