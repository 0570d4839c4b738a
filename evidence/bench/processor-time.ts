import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever the machine (`getconf CLK_TCK`). */
const tickMs = 10;

/**
 * The processor time that a process has used so far, all of its threads together, in milliseconds. Unlike the time on the clock it
 * does not grow while others have the processor.
 * @throws the system's error where there is no `/proc`: this is for Linux
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name may hold spaces; it ends with the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = fields.slice(11, 13);
  return (Number(user) + Number(system)) * tickMs;
}
