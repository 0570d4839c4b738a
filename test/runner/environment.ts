import { availableParallelism, loadavg } from 'node:os';
import { removeFolders } from '../../support/run/folder.js';
import { closeOpened, followTests } from '../../support/run/for-file.js';

/*
 * On a busy machine, a simulated provider answers later than a real one. Time limits of calls grow with the load, so that
 * no test depends on the speed of the machine. Tests of a limit still reach it.
 */
const limitCall = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => {
  const [load = 0] = loadavg();
  return limitCall(Math.ceil(ms * Math.max(1, (2 * load) / availableParallelism())));
};

/**
 * Runs test files in the process's own realm. Modules then load once for each worker, and native bindings share the
 * tests' types.
 */
export default class {
  readonly global = {};
  // Required by Jest; no test here mocks modules.
  readonly moduleMocker = { clearAllMocks: () => undefined, restoreAllMocks: () => undefined };
  readonly #variables = { ...process.env };

  getVmContext(): null {
    return null;
  }

  readonly handleTestEvent = followTests;

  async setup(): Promise<void> {}

  async teardown(): Promise<void> {
    await closeOpened();
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    removeFolders();
  }
}
