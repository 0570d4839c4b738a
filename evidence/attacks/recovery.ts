import { randomInt } from 'node:crypto';
import { credentialIn, numberIn, startRecoveryBench } from '../../support/benches/recovery.js';
import { type Attack, type Finding, type Size, toClaim } from './attack.js';

/*
 * An attacker who has only one of the two proofs tries to recover the account of another person. Server, pages, rules and
 * store are real; the face engine and the provider are simulated, so that "the victim's face" is exact.
 */

const extents = { full: { visits: 400, steps: 14 }, quick: { visits: 25, steps: 12 } } satisfies Record<Size, object>;

type Bench = Awaited<ReturnType<typeof startRecoveryBench>>;
type Browser = ReturnType<Bench['browse']>;

const things = ['recovery_code', 'other_email', 'phone', 'known_device', 'help_desk', 'manager'] as const;

const pick = <T>(of: readonly T[]): T | undefined => of[randomInt(Math.max(1, of.length))];

/** What an attacker has: the victim's face, or a second thing of theirs. */
interface Attacker {
  readonly face: string;
  /** Codes that the attacker reads, for example in the victim's second mailbox. */
  readonly codes: () => readonly string[];
}

/** One step of an attacker who tries everything in any order. @returns true if a credential was shown */
async function step(bench: Bench, browser: Browser, { face, codes }: Attacker): Promise<boolean> {
  const thing = pick(things) ?? 'help_desk';
  const steps: readonly (() => unknown)[] = [
    () => browser.begin('anna'),
    () => browser.post('send', { thing }),
    () => browser.prove(thing, pick([...codes(), String(randomInt(1_000_000)).padStart(6, '0')]) ?? '000000'),
    () => browser.prove(pick(['help_desk', 'manager', 'known_device']) ?? 'help_desk'),
    () => browser.showFace(face),
    () => browser.step(),
    // The attacker is no administrator.
    () =>
      bench.server.postJson(`/recoveries/${pick(bench.knownIds()) ?? 'x'}/approve`, {
        number: String(randomInt(10_000)).padStart(4, '0'),
      }),
    () => bench.server.clock.advanceSec(randomInt(120)),
    async () => credentialIn(await browser.post('credential')) !== null,
  ];
  return (await pick(steps)?.()) === true;
}

async function attack(
  size: Size,
  face: string,
  readsMailbox: boolean,
): Promise<{ readonly visits: number; readonly shown: number; readonly alive: number }> {
  const { visits, steps } = extents[size];
  let shown = 0;
  let alive = 0;
  // A bench for every few visits, because the limits end an attacker's attempts.
  for (let visit = 0; visit < visits; ) {
    const bench = await startRecoveryBench({
      policy: { notices: true, anotherWay: { ...noCodes, recoveryCodes: true } },
    });
    try {
      await bench.enrol('anna', 'ada');
      await bench.enrol('berta', 'eve');
      await bench.passDays(8);
      const codes = () =>
        readsMailbox
          ? bench.server.messages.flatMap(({ to, text }) =>
              to.includes('private') ? (/\b\d{6}\b/.exec(text) ?? []) : [],
            )
          : [];
      for (let within = 0; within < 5 && visit < visits; within += 1, visit += 1) {
        const browser = bench.browse();
        browser.cookies.set('__Host-facestep-device', 'x'.repeat(43));
        await browser.begin('anna');
        for (let at = 0; at < steps; at += 1) if (await step(bench, browser, { face, codes })) shown += 1;
      }
      alive += bench.provider.alive.size;
    } finally {
      await bench.server.stop();
    }
  }
  return { visits, shown, alive };
}

const noCodes = { email: false, sms: false, recoveryCodes: false, counts: false };

/** Recovers the own account, with both proofs. @returns true if the person got a credential */
async function recoverOwn(): Promise<boolean> {
  const bench = await startRecoveryBench();
  try {
    await bench.enrol('anna', 'ada');
    await bench.passDays(8);
    const agent = await bench.addAgent('grace');
    const browser = bench.browse();
    await browser.begin('anna');
    await browser.prove('help_desk');
    const number = numberIn(await browser.showFace('ada'));
    await bench.server.postJson(`/recoveries/${bench.knownIds()[0]}/approve`, { number }, agent);
    return credentialIn(await browser.post('credential')) !== null;
  } finally {
    await bench.server.stop();
  }
}

export const recovery: Attack = {
  about: 'account recoveries of someone else, with the face alone or a second thing alone',
  async run({ size, say }): Promise<Finding> {
    const withFace = await attack(size, 'ada', false);
    say(`${withFace.visits} visits with the face of the victim`);
    const withMailbox = await attack(size, 'eve', true);
    say(`${withMailbox.visits} visits with the second mailbox of the victim`);
    const own = await recoverOwn();
    return {
      table: [
        ['attacker has', 'visits', 'credentials shown', 'credentials issued'],
        ['the face alone', String(withFace.visits), String(withFace.shown), String(withFace.alive)],
        ['the second mailbox alone', String(withMailbox.visits), String(withMailbox.shown), String(withMailbox.alive)],
      ],
      claims: [
        toClaim('credentials for an attacker with the face alone', withFace.shown + withFace.alive, { atMost: 0 }),
        toClaim('credentials for an attacker with a second thing alone', withMailbox.shown + withMailbox.alive, {
          atMost: 0,
        }),
        toClaim('control: credentials for the person with both', own ? 1 : 0, { atLeast: 1 }),
      ],
      skipped: [],
    };
  },
};
