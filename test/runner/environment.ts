import { removeFolders } from '../folder.js';

/**
 * No realm of its own for a file of tests: what is loaded once serves every file of a worker, and the types of native
 * bindings are those of the tests. What a file changes in the environment of the process is set back after it,
 * and its folders are gone.
 */
export default class {
  readonly global = {};
  // Jest asks for it, and no test here replaces a module.
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
