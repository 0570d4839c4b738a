import { type ApiServer, adminKey } from '../servers/api-server.js';
import { type CommandOutcome, runInProcess } from './command.js';

export const administer = (
  server: Pick<ApiServer, 'clock' | 'origin'>,
  args: readonly string[],
  key = adminKey,
): Promise<CommandOutcome> =>
  runInProcess(args, {
    clock: server.clock,
    fetch: (url, init) => fetch(url, init),
    env: { FACESTEP_URL: server.origin, FACESTEP_ADMIN_KEY: key },
  });
