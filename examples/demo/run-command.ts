import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const main = fileURLToPath(new URL('../../src/main.js', import.meta.url));

export type Ended = Awaited<ReturnType<typeof runAs>>;

/** @param env - variables added to this process's environment */
export const runCli = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
  runAs(null, args, env);

/** Runs a command as another account, by its number; needs root. */
export async function runAs(account: number | null, args: readonly string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [main, ...args], {
    ...(account === null ? {} : { uid: account, gid: account }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
  });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [code] = await once(child, 'close');
  return { code: z.number().nullable().parse(code), stdout: stdout(), stderr: stderr() };
}

export function collect(stream: NodeJS.ReadableStream): () => string {
  const pieces: Buffer[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece));
  return () => Buffer.concat(pieces).toString('utf8');
}
