import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { type Service, startService } from '../../examples/demo/service.js';
import { createFolder } from '../run/folder.js';
import { modelsFolder } from '../run/paths.js';

/** Starts servers as processes of their own, each test in a data folder of its own, and stops them after the test. */
export function useOwnProcess(name: string) {
  const top = createFolder(name);
  let folders = 0;
  let data = '';
  const running: Service[] = [];
  const newPath = (kind: string): string => join(top, `${kind}${++folders}`);
  beforeEach(() => {
    data = newPath('');
  });
  afterEach(async () => {
    for (const service of running.splice(0)) await service.stop();
  });
  const writeConfig = (settings: object): string => {
    const file = `${newPath('config-')}.json`;
    writeFileSync(file, JSON.stringify({ modelsFolder, verifier: { kind: 'embedded', workers: 1 }, ...settings }));
    return file;
  };
  return {
    top,
    data: () => data,
    newPath,
    writeConfig,
    async start(env: Record<string, string> = {}): Promise<Service> {
      const defaults = { PORT: '0', FACESTEP_DATA: data, FACESTEP_CONFIG: writeConfig({}) };
      const service = await startService({ ...defaults, ...env });
      running.push(service);
      return service;
    },
  };
}

/** Returns the administrator's key that a server printed. */
export const keyShown = (service: Service): string | undefined =>
  service.said.map((line) => /(fsa_[\w-]+)/.exec(line)?.[1]).find((key) => key !== undefined);
