import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** Bytes that are read at a time. Parts overlap, so that nothing is missed between two. */
const partBytes = 16 * 1024 * 1024;

/** Returns the names of those values whose bytes are in the writable memory of a process. */
export function findInMemory(pid: number, values: Readonly<Record<string, Buffer>>): string[] {
  const found = new Set<string>();
  const longest = Math.max(...Object.values(values).map(({ length }) => length));
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const part = Buffer.alloc(partBytes + longest);
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
    if (from === '' || line.endsWith('[vvar]')) continue;
    const end = Number.parseInt(to, 16);
    for (let at = Number.parseInt(from, 16); at < end; at += partBytes) {
      const read = readPart(memory, part.subarray(0, Math.min(part.length, end - at)), at);
      for (const [name, bytes] of Object.entries(values)) if (part.subarray(0, read).includes(bytes)) found.add(name);
    }
  }
  closeSync(memory);
  return [...found].sort();
}

/** Guard pages cannot be read. */
function readPart(memory: number, part: Buffer, at: number): number {
  try {
    return readSync(memory, part, 0, part.length, at);
  } catch {
    return 0;
  }
}

/** Returns the process ids of a process's children that run a program. */
export const childrenOf = (pid: number, program: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => {
      try {
        const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${each}/stat`, 'utf8')) ?? [];
        return Number(parent) === pid && readFileSync(`/proc/${each}/cmdline`, 'utf8').includes(program);
      } catch {
        return false;
      }
    });
