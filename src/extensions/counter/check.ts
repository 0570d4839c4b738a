import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { CoreDeps } from '../../core/deps.js';
import { drawBelow, drawChoices } from '../../core/number-choices.js';
import { digestOf } from '../../core/secrets.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';
import { toPlainCode } from '../../core/written-codes.js';
import type { KioskVisit } from '../../step-up/kiosk.js';

/*
 * A check at a counter, whose code only one phone can open. Staff and person read two numbers to each other, which
 * stops someone who photographed or swapped the code. The person chooses the counter's number from three, in one
 * attempt. The staff enter the phone's number.
 */

export const checkLifeSec = 600;

const checkGuard = z.object({
  clientId: z.string(),
  params: z.record(z.string(), z.string()),
  /** Number that the counter reads out, which the person chooses from `choices`. */
  told: z.string(),
  choices: z.array(z.string()),
  /** Number that the phone shows, which the staff enter. */
  shown: z.string(),
  /** Digest of the cookie of the one browser that opened the code, or `null` before that. */
  browserDigest: z.string().nullable(),
  kiosk: z.string().nullable(),
  interaction: z.string().nullable(),
  /** True if the staff have entered the phone's number. */
  isMatched: z.boolean(),
  endedBy: z.enum(['counter', 'phone']).nullable(),
  /** True if the counter has received the outcome. */
  isSettled: z.boolean(),
  endsAt: epochMsGuard,
});

export type Check = z.output<typeof checkGuard>;

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random'>;

export const visitOf = (code: string, { kiosk }: Pick<Check, 'kiosk'>): KioskVisit | null =>
  kiosk === null ? null : { kiosk, visit: digestOf(code).toString('base64url') };

const toStored = (connection: string, code: string) => ({
  key: `oidc-counter:${connection}:${digestOf(code).toString('base64url')}`,
  guard: checkGuard,
  expiresAt: ({ endsAt }: Check): EpochMs => endsAt,
});

export function createChecks(connection: string, deps: Deps) {
  const change = async (code: string, change: (found: Check) => Check): Promise<Check | null> => {
    const stored = toStored(connection, code);
    return (await changeStored(stored, (found) => (found === null ? null : change(found)), deps)).changed;
  };

  return {
    async read(code: string): Promise<Check | null> {
      return (await readStored(toStored(connection, code), deps))?.record ?? null;
    },

    /**
     * @param begun.browserDigest - set if the phone displayed the code and the counter read it
     * @returns false if the code is in use
     */
    async begin(code: string, begun: Pick<Check, 'clientId' | 'params' | 'browserDigest' | 'kiosk'>): Promise<boolean> {
      const { choices, code: told } = drawChoices(deps.random);
      const shown = String(10 + drawBelow(90, deps.random));
      const endsAt = addSec(deps.clock.now(), checkLifeSec);
      const check: Check = {
        ...begun,
        choices,
        told,
        shown,
        endsAt,
        interaction: null,
        isMatched: false,
        endedBy: null,
        isSettled: false,
      };
      return deps.state.write(toStored(connection, code).key, check, { when: 'absent', expiresAt: endsAt });
    },

    /**
     * Opens a code for one browser.
     * @param opened.language - language of the person, or `null` to leave it unchanged
     * @returns the check; the caller must verify that `browserDigest` is that of its browser
     */
    open: (
      code: string,
      { browserDigest, language }: { readonly browserDigest: string; readonly language: string | null },
    ): Promise<Check | null> =>
      change(code, (found) => {
        if (found.browserDigest !== null) return found;
        const chosen = language === null ? {} : { ui_locales: language };
        return { ...found, browserDigest, params: { ...found.params, ...chosen } };
      }),

    /** Submits the number chosen on the phone, once. A wrong number ends the check. */
    choose: (code: string, chosen: { readonly number: string; readonly interaction: string }): Promise<Check | null> =>
      change(code, (found) => {
        if (found.endedBy !== null || found.interaction !== null) return found;
        return chosen.number === found.told
          ? { ...found, interaction: chosen.interaction }
          : { ...found, endedBy: 'phone' };
      }),

    /** Submits the phone's number as the staff entered it. A wrong number ends the check. */
    match: (code: string, number: string): Promise<Check | null> =>
      change(code, (found) => {
        const isRight = toPlainCode(number) === found.shown && found.browserDigest !== null;
        if (found.endedBy !== null || (found.isMatched && isRight)) return found;
        return isRight ? { ...found, isMatched: true } : { ...found, endedBy: 'counter' };
      }),

    async settle(code: string): Promise<boolean> {
      const { former, changed } = await changeStored(
        toStored(connection, code),
        (found) => (found === null || found.isSettled ? found : { ...found, isSettled: true }),
        deps,
      );
      return changed !== null && changed !== former;
    },

    async reopen(code: string): Promise<void> {
      await change(code, (found) => ({ ...found, isSettled: false }));
    },
  };
}

export type Checks = ReturnType<typeof createChecks>;
