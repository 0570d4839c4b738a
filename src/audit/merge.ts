import type { EpochMs } from '../core/units.js';

interface Source<Read> {
  readonly trail: string;
  readonly records: AsyncGenerator<Read>;
}

export async function* mergeByTime<Read extends { readonly time: EpochMs }>(
  sources: readonly Source<Read>[],
): AsyncGenerator<{ readonly trail: string; readonly record: Read }> {
  try {
    const waiting = await Promise.all(sources.map(async (source) => ({ source, next: await source.records.next() })));
    for (;;) {
      const [earliest] = waiting
        .flatMap((from) => (from.next.done === true ? [] : [{ from, record: from.next.value }]))
        .toSorted((a, b) => a.record.time - b.record.time);
      if (earliest === undefined) return;
      const { from, record } = earliest;
      yield { trail: from.source.trail, record };
      from.next = await from.source.records.next();
    }
  } finally {
    await Promise.allSettled(sources.map(({ records }) => records.return(undefined)));
  }
}
