import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { providers } from '../../adapters/index.js';
import { BadInput } from '../../evidence/measure/corpus/corpus.js';
import { measureNamed } from '../../evidence/measure/measure.js';
import type { Plan } from '../../evidence/measure/presence/plan.js';
import type { MeasureDeps } from '../../evidence/measure/program.js';
import { loadSetup } from '../../src/connections/setup.js';
import type { Clock } from '../../src/core/ports.js';
import { connectionAdditions, sections } from '../../src/extensions/index.js';
import { createTextLog, systemRandom } from '../fakes/sinks.js';
import { modelsFolder } from '../run/paths.js';

/** A plan with each species once in one light. */
export const shortPlan = (species: readonly string[], presentations = 1): Plan => {
  const part = (name: string) => ({ name, title: `The ${name}`, prepare: `Have the ${name} ready.` });
  return {
    responsible: 'Ada Example, tests@example.com',
    keepDays: 7,
    presentations,
    species: species.map(part),
    lights: [part('office')],
    devices: [part('computer'), part('phone')],
  };
};

/** `npm run measure -- presence` in a new folder, as from a terminal. */
export function preparePresenceTest(folder: string, plan: Plan, clock: Clock) {
  const data = join(folder, 'data');
  const passphraseFile = join(folder, 'passphrase');
  const planFile = join(folder, 'plan.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(passphraseFile, 'correct horse battery staple\n', { mode: 0o600 });
  writeFileSync(planFile, JSON.stringify(plan));
  const config = join(folder, 'facestep.json');
  writeFileSync(config, JSON.stringify({ modelsFolder }));
  const depsOf = (log = createTextLog()) => ({
    clock,
    log,
    loadSetup: () =>
      loadSetup(providers, {
        sections,
        additions: connectionAdditions,
        clock,
        log,
        random: systemRandom,
        fetch: globalThis.fetch,
        env: { FACESTEP_CONFIG: config },
        readFile: (path) => readFile(path, 'utf8'),
      }),
  });
  const run = async (args: readonly string[], deps: Partial<MeasureDeps> = {}) => {
    const printed: string[] = [];
    const told: string[] = [];
    const given = {
      ...depsOf(),
      random: systemRandom,
      print: (line: string) => void printed.push(line),
      say: (line: string) => void told.push(line),
      untilStopped: async () => {},
      ...deps,
    };
    const exitCode = await measureNamed(args, given).then(
      () => 0,
      (error: unknown) => {
        if (!(error instanceof BadInput)) throw error;
        told.push(error.message);
        return 2;
      },
    );
    return { printed, told, exitCode };
  };
  const kept = ['--data', data, '--passphrase-file', passphraseFile];
  return {
    data,
    passphraseFile,
    run: (args: readonly string[]) => run(['presence', ...args, ...kept]),
    /** The tables are in `accuracy.md` next to the folder. */
    measureAccuracy: () =>
      run(['accuracy', '--presence', data, '--passphrase-file', passphraseFile, '--json', '--out', folder]),
    async start(more: readonly string[] = []) {
      const log = createTextLog();
      const printed: string[] = [];
      const told: string[] = [];
      let stop = (): void => {};
      const stopped = new Promise<void>((resolve) => {
        stop = resolve;
      });
      let isUp = (): void => {};
      const up = new Promise<void>((resolve) => {
        isUp = resolve;
      });
      const args = ['presence', 'start', '--plan', planFile, '--listen', '127.0.0.1:0', ...kept, ...more];
      const ended = run(args, {
        ...depsOf(log),
        print(line) {
          printed.push(line);
          if (line.includes('#')) isUp();
        },
        say: (line) => void told.push(line),
        untilStopped: () => stopped,
      });
      await Promise.race([
        up,
        ended.then(({ exitCode }) => {
          throw new Error(`it ended with ${exitCode}: ${told.join('\n')}`);
        }),
      ]);
      return {
        told,
        link: () => (printed.at(-1) ?? '').trim(),
        log: () => log.text(),
        async stop() {
          stop();
          await ended;
        },
      };
    },
  };
}

export type PresenceTest = ReturnType<typeof preparePresenceTest>;
export type RunningTest = Awaited<ReturnType<PresenceTest['start']>>;
