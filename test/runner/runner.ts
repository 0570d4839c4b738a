import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { setGlobals } from './globals.js';

/*
 * Runs test files with Jest on modules that Node.js loads once per process. Jest itself would load all modules again
 * for each file, which costs half a second: 43 files of src took 39 s of processor time, and 25 s with this runner.
 * jest-light-runner, which does the same, cannot import `@jest/globals` in ES modules.
 */

const require = createRequire(import.meta.url);
const { default: runFile } = require('jest-circus/runner') as { default: (...args: unknown[]) => Promise<unknown> };

const globals = JSON.stringify(new URL('globals.js', import.meta.url).href);
const hook = `export const resolve = (name, context, next) =>
  name === '@jest/globals' ? { url: ${globals}, shortCircuit: true } : next(name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

/** Loads the module that runs one file's tests again, and releases the last file's state. */
const loadAnew = (path: string): unknown => {
  const leftovers = Object.getOwnPropertySymbols(globalThis).filter(({ description }) =>
    /^(EVENT_HANDLERS|JEST_STATE_SYMBOL)$/.test(description ?? ''),
  );
  for (const symbol of leftovers) Reflect.deleteProperty(globalThis, symbol);
  delete require.cache[path];
  return require(path);
};

const runtime = {
  enterTestCode: () => undefined,
  leaveTestCode: () => undefined,
  requireInternalModule: loadAnew,
  requireModule: require,
  setGlobalsForRuntime: setGlobals,
  unstable_shouldLoadAsEsm: () => true,
  unstable_importModule: (path: string) => import(pathToFileURL(path).href),
};

// Disables the `AsyncLocalStorage` that Jest creates for each file. Otherwise Node.js 20 propagates every used one to
// every promise, which slows the process down.
const storages = new Set<AsyncLocalStorage<unknown>>();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (this: AsyncLocalStorage<unknown>, ...given: Parameters<typeof run>) {
  storages.add(this);
  return run.apply(this, given);
} as typeof run;

export default async (globalConfig: unknown, config: unknown, environment: unknown, _: unknown, ...rest: unknown[]) => {
  try {
    return await runFile(globalConfig, config, environment, runtime, ...rest);
  } finally {
    for (const storage of storages) storage.disable();
    storages.clear();
  }
};
