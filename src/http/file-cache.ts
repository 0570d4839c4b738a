/** Creates a function that reads each file once, and returns the same bytes to all callers. Failures are not kept. */
export function createFileCache(read: (name: string) => Promise<Buffer>): (name: string) => Promise<Buffer> {
  const files = new Map<string, Promise<Buffer>>();
  return (name) => {
    const found = files.get(name) ?? read(name);
    files.set(name, found);
    found.catch(() => files.delete(name));
    return found;
  };
}
