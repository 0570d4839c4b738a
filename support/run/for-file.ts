type Closable = { close(): unknown } | { stop(): unknown };
type End = () => unknown;

const endsOfFile: End[] = [];
const endsOfTest: End[] = [];
let isTestRunning = false;
/** True if tests of the file run concurrently, so that none of them has resources of its own. */
let isConcurrent = false;

async function endAll(ends: End[]): Promise<void> {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
}

/** Opens what all tests of a file share. It is closed after the file, also if no test ran. */
export async function forFile<T extends Closable>(opening: T | Promise<T>): Promise<T> {
  const resource = await opening;
  endsOfFile.push(() => ('close' in resource ? resource.close() : resource.stop()));
  return resource;
}

/**
 * Ends a resource after the test that opened it, or after the file if it was opened outside of the tests.
 * @returns what ends it before, only once
 */
export function endAfterwards(end: () => Promise<void>): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const endOnce = () => {
    ended ??= end();
    return ended;
  };
  (isTestRunning && !isConcurrent ? endsOfTest : endsOfFile).push(endOnce);
  return endOnce;
}

/** Follows the tests of the file, and closes the resources of a test after its hooks. */
export async function followTests({ name, concurrent }: { readonly name: string; readonly concurrent?: boolean }) {
  if (name === 'add_test' && concurrent === true) isConcurrent = true;
  if (name === 'test_start') isTestRunning = true;
  if (name === 'test_skip' || name === 'test_todo') isTestRunning = false;
  if (name !== 'test_done') return;
  isTestRunning = false;
  await endAll(endsOfTest);
}

/** Closes the resources of a file, the last one first. */
export async function closeOpened(): Promise<void> {
  await endAll(endsOfTest);
  await endAll(endsOfFile);
  isConcurrent = false;
}
