import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../examples/demo/free-port.js';
import { type Service, startService } from '../../examples/demo/service.js';

export interface Replica {
  readonly name: string;
  readonly url: string;
  readonly dataFolder: string;
  readonly pid: number;
  start(): Promise<void>;
  /** Kills the process without a clean shutdown, like a power cut. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function createReplica({
  name,
  folder,
  env,
}: {
  readonly name: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<Replica> {
  const port = await findFreePort();
  const dataFolder = join(folder, name);
  const logFile = join(folder, `${name}.log`);
  let service: Service | null = null;
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    dataFolder,
    get pid() {
      return service?.process.pid ?? 0;
    },
    async start() {
      service = await startService({ ...env, PORT: String(port), FACESTEP_DATA: dataFolder }, logFile);
    },
    async kill() {
      const child = service?.process;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    async stop() {
      await service?.stop();
    },
  };
}
