import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The floor of the hooks: a server in a process of its own that reads the call and answers a fixed text. */
export interface BareServer {
  readonly url: string;
  readonly pid: number;
  stop(): void;
}

const readyGuard = z.tuple([z.string()]).rest(z.unknown());

export async function startBareServer(): Promise<BareServer> {
  const child = fork(fileURLToPath(new URL('./hook-floor.js', import.meta.url)));
  const [url] = readyGuard.parse(await once(child, 'message'));
  return { url, pid: z.int().parse(child.pid), stop: () => void child.kill() };
}
