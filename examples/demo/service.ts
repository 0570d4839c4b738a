import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A facestep server in its own process, started as by `npm start`. */
export type Service = Awaited<ReturnType<typeof startService>>;

const patienceMs = 120_000;

const ownMain = fileURLToPath(new URL('../../src/main.js', import.meta.url));

async function untilReady(url: string, said: readonly string[]): Promise<void> {
  const lastTry = Date.now() + patienceMs;
  while (!(await fetch(`${url}/readyz`)).ok) {
    if (Date.now() > lastTry) throw new Error(`The server did not become ready:\n${said.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Writes a configuration file. Returns the environment of a server with it, and of its commands. */
export async function configure(
  folder: string,
  settings: object,
  { port, adminKey, name = 'facestep' }: { readonly port: string; readonly adminKey: string; readonly name?: string },
) {
  const config = join(folder, `${name}.json`);
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 });
  const data = join(folder, `${name}-data`);
  return { PORT: port, FACESTEP_CONFIG: config, FACESTEP_DATA: data, FACESTEP_ADMIN_KEY: adminKey };
}

export const newAdminKey = (): string => `fsa_${randomBytes(24).toString('base64url')}`;

export async function startService(
  env: Record<string, string>,
  logFile = devNull,
  main = ownMain,
  cwd = process.cwd(),
) {
  const log = openSync(logFile, 'a');
  const child = spawn(process.execPath, [main], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', log, 'pipe'],
  });
  closeSync(log);
  if (child.stderr === null) throw new Error('no standard error');
  const { stderr } = child;
  // Stop the server whenever this process ends.
  const end = (): void => void child.kill();
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: stderr }).on('line', (line) => {
      said.push(line);
      const [, address] = /listens on (\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(address);
    });
    child.once('close', (code, signal) =>
      reject(new Error(`The server stopped (${code ?? signal}) before it listened:\n${said.join('\n')}`)),
    );
  });
  await untilReady(url, said);
  return {
    url,
    process: child,
    said,
    async stop(): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
