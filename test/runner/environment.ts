import { removeFolders } from '../../support/run/folder.js';

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

  async setup(): Promise<void> {}

  async teardown(): Promise<void> {
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
    removeFolders();
  }
}
