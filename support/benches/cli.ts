import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { providers } from '../../adapters/index.js';
import { collect, type Ended } from '../../examples/demo/run-command.js';
import {
  loadAddress,
  loadConfiguredKey,
  loadKeptConfig,
  loadStoredConfig,
  readSealedVersions,
} from '../../src/config/load.js';
import { loadSetup } from '../../src/connections/setup.js';
import type { Fetch } from '../../src/core/ports.js';
import { epochMs } from '../../src/core/units.js';
import { connectionAdditions, sections } from '../../src/extensions/index.js';
import { createTextLog, systemRandom } from '../fakes/sinks.js';
import { runInProcess } from './command.js';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** Runs a command in this process, so that provider libraries load only once. */
export async function runHere(
  args: readonly string[],
  env: Record<string, string>,
  {
    fetch = globalThis.fetch,
    aheadSec = 0,
    secret = '',
  }: { readonly fetch?: Fetch; readonly aheadSec?: number; readonly secret?: string } = {},
): Promise<Ended> {
  const reading = { env, readFile: (path: string) => readFile(path, 'utf8') };
  const own = {
    clock: { now: () => epochMs(Date.now() + aheadSec * 1000) },
    random: systemRandom,
    fetch,
    log: createTextLog(),
    env,
  };
  const { printed, told, exitCode } = await runInProcess(args, {
    ...own,
    loadSetup: () => loadSetup(providers, { sections, additions: connectionAdditions, ...own, ...reading }),
    loadKept: () => loadKeptConfig(reading),
    loadStored: () => loadStoredConfig(reading),
    readSealedVersions: () => readSealedVersions(reading),
    loadAddress: () => loadAddress(reading),
    loadConfiguredKey: () => loadConfiguredKey(reading),
    readSecret: async () => secret,
  });
  const toText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
  return { code: exitCode, stdout: toText(printed), stderr: toText(told) };
}

const configGuard = z.looseObject({
  port: z.number(),
  publicUrl: z.string(),
  dataFolder: z.string(),
  adminKey: z.string(),
  connections: z.tuple([z.looseObject({ id: z.string(), kind: z.string(), policy: z.looseObject({}) })]),
});

/** Starts `facestep simulate` and waits until it has printed its instructions. */
export async function startSimulation(
  provider: string,
  {
    serverPort,
    port,
    env = {},
  }: { readonly serverPort?: number; readonly port?: number; readonly env?: Readonly<Record<string, string>> } = {},
) {
  const portArgs = port === undefined ? [] : ['--port', String(port)];
  const child = spawn(process.execPath, [main, 'simulate', provider, ...portArgs], {
    env: { ...process.env, ...env, ...(serverPort === undefined ? {} : { PORT: String(serverPort) }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const stdout = collect(child.stdout);
  const guide: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      guide.push(line);
      if (line.startsWith('Ctrl+C')) resolve();
    });
    child.once('exit', () => reject(new Error(`The simulation did not start:\n${guide.join('\n')}`)));
  });
  const text = guide.join('\n');
  const signInUrl = /http:\S+\/simulate\/sign-in/.exec(text)?.[0] ?? '';
  return {
    config: configGuard.parse(JSON.parse(stdout())),
    guide: text,
    application: /^They sign in to the application (.+)\.$/m.exec(text)?.[1] ?? '',
    environment: Object.fromEntries(
      [...text.matchAll(/^ {2}export (?!FACESTEP_CONFIG|PORT=)(\w+)=(.+)$/gm)].map(([, name, value]) => [
        name!,
        value!,
      ]),
    ),
    subjects: new Map([...text.matchAll(/^ {2}(\S+@example\.com) {2}(\S+)$/gm)].map(([, login, id]) => [login!, id!])),
    signInUrl,
    async signIn(body: unknown) {
      const response = await fetch(signInUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
    },
    process: child,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

export type RunningSimulation = Awaited<ReturnType<typeof startSimulation>>;
