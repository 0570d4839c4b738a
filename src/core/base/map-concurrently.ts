/** Maps values in order, a few concurrently, such as to keep the workers of an engine busy. */
export async function mapConcurrently<From, To>(
  values: readonly From[],
  toResult: (value: From, at: number) => Promise<To>,
  atOnce = 4,
): Promise<To[]> {
  const results: To[] = [];
  const queue = values.entries();
  const work = async (): Promise<void> => {
    for (const [at, value] of queue) results[at] = await toResult(value, at);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
