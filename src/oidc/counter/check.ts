import { z } from 'zod';
import { changeStored, readStored } from '../../core/change-stored.js';
import type { CoreDeps } from '../../core/deps.js';
import { digestOf } from '../../core/digest.js';
import { drawBelow } from '../../core/step-up/draw.js';
import type { KioskVisit } from '../../core/step-up/kiosk-visit.js';
import { drawChoices } from '../../core/step-up/spoken-number.js';
import { addSec, type EpochMs, epochMsGuard } from '../../core/units.js';

/*
 * A check at a counter. The counter shows a code, one phone opens it. Whoever photographed the code could open it somewhere
 * else, and whoever shows the code of another counter could get what is meant for it: so each side tells the other a number
 * aloud. The phone takes one of three, once; the counter has to send the one that stands on the phone.
 */

/** How long a check may take, from the code to the answer, in seconds. */
export const checkLifeSec = 600;

const checkGuard = z.object({
  clientId: z.string(),
  /** What the counter asks for, as the protocol has it. */
  params: z.record(z.string(), z.string()),
  /** What the counter tells, and what the phone offers beside it. */
  told: z.string(),
  choices: z.array(z.string()),
  /** What stands on the phone. */
  shown: z.string(),
  /** Of the one browser that opened the code; `null`: nobody has. */
  browserDigest: z.string().nullable(),
  /** The kiosk that alone may open it; `null`: phones do. */
  kiosk: z.string().nullable(),
  /** The interaction in which the person goes on, once they have chosen the number. */
  interaction: z.string().nullable(),
  /** Whether the counter has sent the number of the phone. */
  isMatched: z.boolean(),
  /** Which side named another number, or none; `null`: neither has. */
  endedBy: z.enum(['counter', 'phone']).nullable(),
  /** Whether its outcome has been handed on to the counter. */
  isSettled: z.boolean(),
  endsAt: epochMsGuard,
});

/** One check, as phone and counter share it. */
export type Check = z.output<typeof checkGuard>;

type Deps = Pick<CoreDeps, 'state' | 'clock' | 'random'>;

/** A code as it was typed, or scanned, in the one form that it is kept in. */
export const toPlainCode = (typed: string): string => typed.toUpperCase().replace(/[^0-9A-Z]/g, '');

/** The visit at the kiosk of a check; `null` where it is at none. @param code - plain */
export const visitOf = (code: string, { kiosk }: Pick<Check, 'kiosk'>): KioskVisit | null =>
  kiosk === null ? null : { kiosk, visit: digestOf(code).toString('base64url') };

/** Where a check is kept. @param code - plain */
const toStored = (connection: string, code: string) => ({
  key: `oidc-counter:${connection}:${digestOf(code).toString('base64url')}`,
  guard: checkGuard,
  expiresAt: ({ endsAt }: Check): EpochMs => endsAt,
});

/** The checks of one connection, by their plain code. */
export function createChecks(connection: string, deps: Deps) {
  const change = async (code: string, change: (found: Check) => Check): Promise<Check | null> => {
    const stored = toStored(connection, code);
    return (await changeStored(stored, (found) => (found === null ? null : change(found)), deps)).changed;
  };

  return {
    /** @throws FaceError `state_unavailable` */
    async read(code: string): Promise<Check | null> {
      return (await readStored(toStored(connection, code), deps))?.record ?? null;
    },

    /**
     * Begins a check. @param begun.browserDigest - of a phone that has shown a code of its own
     * @returns whether it was begun: not where the code is in use
     */
    async begin(code: string, begun: Pick<Check, 'clientId' | 'params' | 'browserDigest' | 'kiosk'>): Promise<boolean> {
      const { choices, code: told } = drawChoices(deps.random);
      const shown = String(10 + drawBelow(90, deps.random));
      const endsAt = addSec(deps.clock.now(), checkLifeSec);
      const check: Check = {
        ...begun,
        ...{ choices, told, shown, endsAt },
        ...{ interaction: null, isMatched: false, endedBy: null, isSettled: false },
      };
      return deps.state.write(toStored(connection, code).key, check, { when: 'absent', expiresAt: endsAt });
    },

    /**
     * Opens a code for one browser, and no other.
     * @param opened.language - that the person reads there, in place of what the counter asked for; `null`: as it asked
     * @returns what there is now: whose it is has to be looked at
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

    /**
     * Takes the number that the person says the counter told them, once. Another one ends the check.
     * @param chosen.interaction - where they go on
     */
    choose: (code: string, chosen: { readonly number: string; readonly interaction: string }): Promise<Check | null> =>
      change(code, (found) => {
        if (found.endedBy !== null || found.interaction !== null) return found;
        return chosen.number === found.told
          ? { ...found, interaction: chosen.interaction }
          : { ...found, endedBy: 'phone' };
      }),

    /** Takes the number that the counter says the phone shows. Another one ends the check. */
    match: (code: string, number: string): Promise<Check | null> =>
      change(code, (found) => {
        const isRight = number === found.shown && found.browserDigest !== null;
        if (found.endedBy !== null || (found.isMatched && isRight)) return found;
        return isRight ? { ...found, isMatched: true } : { ...found, endedBy: 'counter' };
      }),

    /** Notes that the outcome is handed on. @returns whether it was not yet */
    async settle(code: string): Promise<boolean> {
      let isFirst = false;
      await change(code, (found) => {
        isFirst = !found.isSettled;
        return isFirst ? { ...found, isSettled: true } : found;
      });
      return isFirst;
    },

    /** Takes that back: it could not be handed on. */
    async reopen(code: string): Promise<void> {
      await change(code, (found) => ({ ...found, isSettled: false }));
    },
  };
}

export type Checks = ReturnType<typeof createChecks>;
