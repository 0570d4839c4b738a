import { join } from 'node:path';
import type { CorpusPerson } from '../corpus/corpus.js';
import type { EmbeddedCorpus } from '../corpus/embed-corpus.js';
import { createBootstrap, toPersonRate } from '../statistics/bootstrap.js';
import { createChance } from '../statistics/chance.js';
import { roundInterval, roundOrNull } from './rates.js';

const isUnreadable = (code: string): boolean =>
  ['unreadable', 'photo_invalid', 'photo_too_large', 'photo_animated'].includes(code);

/** Counts photos in which the engine found no usable face. Unreadable files are counted separately. */
export function measureAcquisition(
  judged: readonly CorpusPerson[],
  { notAcquired }: EmbeddedCorpus,
  say: (line: string) => void,
) {
  const places = new Map(judged.map(({ person }, at) => [person, at]));
  const trials = Uint32Array.from(judged, ({ files }) => files.length);
  const errors = new Uint32Array(judged.length);
  const failures: Record<string, number> = {};
  const unreadable: string[] = [];
  for (const { person, file, code } of notAcquired) {
    const place = places.get(person);
    if (place === undefined) continue;
    if (isUnreadable(code)) {
      trials[place] -= 1;
      unreadable.push(`${join(person, file)} (${code})`);
    } else {
      errors[place] += 1;
      failures[code] = (failures[code] ?? 0) + 1;
    }
  }
  if (unreadable.length > 0)
    say(`${unreadable.length} files cannot be read as photos, such as: ${unreadable.slice(0, 5).join(', ')}`);
  const bootstrap = createBootstrap(judged.length, createChance('acquisition'));
  const rate = toPersonRate(bootstrap, { trials, errors });
  return {
    photos: rate.trials,
    failures,
    rate: roundOrNull(rate.rate),
    interval: roundInterval(rate.interval),
    unreadable: unreadable.length,
  };
}
