/**
 * Limits the time to wait for work. After a timeout it returns what `whenLate` returns or throws, and the work
 * continues.
 */
export async function inTime<Result>(
  work: Promise<Result>,
  timeoutMs: number,
  whenLate: () => Result,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), timeoutMs);
  });
  const done = work.then((result) => ({ result }));
  try {
    const first = await Promise.race([done, late]);
    return first === 'late' ? whenLate() : first.result;
  } finally {
    clearTimeout(timer);
  }
}
