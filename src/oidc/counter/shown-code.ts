import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { CoreDeps } from '../../core/deps.js';
import { digestOf } from '../../core/digest.js';
import { drawBelow } from '../../core/step-up/draw.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';

/*
 * The other way round: the phone shows a code, and the counter reads it. It says nothing about the person, and is good for
 * one check of one counter, which goes on in the very browser that shows it.
 */

/** How long a phone shows its code, in seconds. */
export const shownLifeSec = 180;

const shownGuard = z.object({
  browserDigest: z.string(),
  /** Of the check that a counter began with it; `null`: none has yet. */
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

/** Eight digits, as they can be read out. */
export const isShownCode = (digits: string): boolean => /^\d{8}$/.test(digits);

/** The codes that phones show to counters of one connection. */
export function createShownCodes(connection: string, deps: Deps) {
  return {
    /** Makes one for a browser. @returns `null` where it is in use */
    async make(browserDigest: string): Promise<string | null> {
      const digits = Array.from({ length: 8 }, () => drawBelow(10, deps.random)).join('');
      const shown = { browserDigest, code: null, endsAt: addSec(deps.clock.now(), shownLifeSec) };
      const { key } = toStored(connection, digits);
      return (await deps.state.write(key, shown, { when: 'absent', expiresAt: shown.endsAt })) ? digits : null;
    },

    /** @throws FaceError `state_unavailable` */
    async read(digits: string): Promise<ShownCode | null> {
      return (await readStored(toStored(connection, digits), deps))?.record ?? null;
    },

    /**
     * Uses it for a check, once.
     * @param code - of that check
     * @returns the digest of the browser that it goes on in; `null` where there is none, or it was used
     */
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
