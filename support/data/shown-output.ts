/** Replaces parts that differ each time the command runs, such as ports. */
const toComparable = (text: string): string[] =>
  text
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/\b00u\w{17}\b/g, 'ID')
    .replace(/fv1\.\S+/g, 'TOKEN')
    .replace(/"at":\d+,"txn":"[\w-]+"/g, '"at":TIME,"txn":"ID"')
    .replace(/\b\d+\.\d s\b/g, 'SECONDS')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/**
 * Compares output on a page with the real one. A line `…` on the page stands for any lines.
 * @returns the first line of the page that the real output does not have at this position; `null` if there is none
 */
export function findInvented(shown: string, real: string): string | null {
  const lines = toComparable(real);
  let at = 0;
  let isGap = true;
  for (const line of toComparable(shown)) {
    if (line === '…') {
      isGap = true;
      continue;
    }
    const found = isGap ? lines.indexOf(line, at) : lines[at] === line ? at : -1;
    if (found === -1) return line;
    at = found + 1;
    isGap = false;
  }
  return null;
}
