import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePort } from '../../examples/demo/free-port.js';

/** Path of the system's Redis server, which `npm test` installs if possible. */
export const executablePath = process.env.REDIS_SERVER_PATH ?? '/usr/bin/redis-server';

export const hasRedis = existsSync(executablePath);

if (!hasRedis)
  process.stderr.write(
    `SKIPPING tests on Redis: none at ${executablePath} (install redis-server, or set REDIS_SERVER_PATH)\n`,
  );

/** Starts a Redis server that persists all writes and evicts nothing. */
export async function startRedis(args: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'facestep-redis-'));
  const settings = ['--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const keeping = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'];
  const launch = async (port: number): Promise<ChildProcess> => {
    const given = ['--port', String(port), ...settings, ...keeping, ...args];
    const child = spawn(executablePath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Ready to accept connections')) resolve();
      });
      child.once('exit', () => reject(new Error(`Redis did not start:\n${said}`)));
    });
    return child;
  };
  const end = async (child: ChildProcess): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  // Another test may take the port, or that of a cluster node's bus, before Redis does.
  const launchFirst = async (tries: number): Promise<{ readonly port: number; readonly child: ChildProcess }> => {
    const port = await findFreePort();
    try {
      return { port, child: await launch(port) };
    } catch (error) {
      if (tries === 1) throw error;
      return launchFirst(tries - 1);
    }
  };
  const { port, child: first } = await launchFirst(5);
  let running = first;
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    folder,
    get process() {
      return running;
    },
    async restart(with_: 'what it kept' | 'nothing') {
      await end(running);
      if (with_ === 'nothing') await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
      running = await launch(port);
    },
    async stop() {
      await end(running);
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

export type RedisServer = Awaited<ReturnType<typeof startRedis>>;
