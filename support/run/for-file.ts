type Closable = { close(): unknown } | { stop(): unknown };

const opened: Closable[] = [];

/** Opens what all tests of a file share. It is closed after the file, also if no test ran. */
export async function forFile<T extends Closable>(opening: T | Promise<T>): Promise<T> {
  const resource = await opening;
  opened.push(resource);
  return resource;
}

/** Closes the resources of a file, the last one first. */
export async function closeOpened(): Promise<void> {
  for (let last = opened.pop(); last !== undefined; last = opened.pop())
    await ('close' in last ? last.close() : last.stop());
}
