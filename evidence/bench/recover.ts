import { availableParallelism } from 'node:os';
import { startRecoveryBench } from '../../support/benches/recovery.js';
import { round, type Timing, toTiming } from './measure.js';

/** `unknownToo` is the floor: its times differ from those of `unknown` by chance alone. */
const names = { unknown: 'noname', unknownToo: 'noname-too', unenrolled: 'berta', enrolled: 'anna' } as const;
type Name = keyof typeof names;

const kinds = ['unknown', 'unknownToo', 'unenrolled', 'enrolled'] as const satisfies readonly Name[];

type Times = Record<Name, number[]>;
const noTimes = (): Times => ({ unknown: [], unknownToo: [], unenrolled: [], enrolled: [] });

interface Row extends Timing {
  /** Probability that this name took longer than `unknown`, from 0 to 1. 0.5 tells nothing. */
  readonly longerThanUnknown: number;
}

/** Returns the probability that one of `these` is greater than one of `others` (Mann-Whitney U). */
function probabilityOfGreater(these: readonly number[], others: readonly number[]): number {
  let greater = 0;
  for (const each of these) for (const other of others) greater += each > other ? 1 : each === other ? 0.5 : 0;
  return greater / (these.length * others.length);
}

const toRow = (times: Times, name: Name): Row => ({
  ...toTiming(times[name]),
  longerThanUnknown: round(probabilityOfGreater(times[name], times.unknown), 3),
});

/**
 * Measures how long an anonymous caller waits at `/recover` for each kind of name: to begin, to ask for a code, and to
 * send a wrong one. Server, pages, limits and store are real. The provider answers from memory.
 */
export async function benchRecover(rounds: number) {
  const bench = await startRecoveryBench();
  await bench.enrol('anna', 'ada');
  await bench.passDays(8);
  const steps = { begin: noTimes(), send: noTimes(), prove: noTimes() };
  for (let turn = -3; turn < rounds; turn += 1) {
    // Limits that are used up would answer for all names at once.
    await bench.passDays(1);
    // Another order each time, so that no name profits from its place.
    const order = kinds.map((_, at) => kinds[(at + turn + 4) % kinds.length]);
    for (const name of order) {
      const browser = bench.browse();
      const time = async (step: keyof typeof steps, act: () => Promise<unknown>): Promise<void> => {
        const from = performance.now();
        await act();
        if (turn >= 0) steps[step][name].push(performance.now() - from);
      };
      await time('begin', () => browser.begin(names[name]));
      await time('send', () => browser.post('send', { thing: 'other_email' }));
      await time('prove', () => browser.prove('other_email', '000000'));
    }
  }
  await bench.server.stop();
  const show = (times: Times) => Object.fromEntries(kinds.map((name) => [name, toRow(times, name)]));
  return {
    node: process.version,
    cores: availableParallelism(),
    rounds,
    begin: show(steps.begin),
    send: show(steps.send),
    prove: show(steps.prove),
  };
}
