import { createLoad, everyMs, type LoadSample, type LoadSetting, loadKinds } from './legitimate-load.js';

/* Sends the legitimate load from its own process on a fixed schedule. */

let samples: LoadSample[] = [];
const underWay = new Set<Promise<unknown>>();
const timers: NodeJS.Timeout[] = [];

process.on('disconnect', () => process.exit());
process.on('message', (message: { readonly start?: LoadSetting; readonly ask?: 'report' | 'stop' }) => {
  if (message.start !== undefined) begin(message.start);
  if (message.ask === 'report') report();
  if (message.ask === 'stop') void stop();
});

function begin(setting: LoadSetting): void {
  const acts = createLoad(setting, (sample) => samples.push(sample));
  for (const kind of loadKinds) {
    let isUnderWay = false;
    const act = (): void => {
      // One person has only one face check at a time.
      if (isUnderWay && (kind === 'step-up' || kind === 'sign-in')) return;
      isUnderWay = true;
      const running = acts[kind]().finally(() => {
        isUnderWay = false;
        underWay.delete(running);
      });
      underWay.add(running);
    };
    act();
    timers.push(setInterval(act, everyMs[kind]));
  }
}

function report(): void {
  process.send?.(samples);
  samples = [];
}

async function stop(): Promise<void> {
  for (const timer of timers) clearInterval(timer);
  await Promise.allSettled(underWay);
  report();
  process.disconnect();
}
