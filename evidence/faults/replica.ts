import { once } from 'node:events';
import { join } from 'node:path';
import { findFreePort } from '../../examples/demo/free-port.js';
import { type Service, startService } from '../../examples/demo/service.js';

/** One server process of several, which can be killed and started again at the same address. */
export interface Replica {
  readonly name: string;
  readonly url: string;
  readonly dataFolder: string;
  /** Of the running process. */
  readonly pid: number;
  start(): Promise<void>;
  /** At once, as a power cut or the kernel would: nothing of it gets to end well. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** @param env - of the process, beside its address and its data folder */
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
