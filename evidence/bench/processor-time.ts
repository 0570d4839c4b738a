import { readFile } from 'node:fs/promises';

/** Linux reports processor time in hundredths of a second on all machines (`getconf CLK_TCK`). */
const tickMs = 10;

/**
 * Returns a process's processor time in milliseconds.
 * @throws Error on any system but Linux
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The process name may contain spaces and brackets, so fields are counted from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = fields.slice(11, 13);
  return (Number(user) + Number(system)) * tickMs;
}
