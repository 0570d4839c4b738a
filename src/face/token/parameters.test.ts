import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toCode } from '../../errors.js';
import { currentEngine, engineNames } from './format.js';
import {
  accuracies,
  engineEntryGuard,
  loadParameters,
  messageBitsOf,
  parametersFile,
  parseParameters,
  toEngineParameters,
} from './parameters.js';
import { rotationLabel, signBits } from './views.js';

const published = readFileSync(parametersFile);
const codeOf = (text: string | Uint8Array): string | null => {
  try {
    parseParameters(typeof text === 'string' ? Buffer.from(text) : text);
    return null;
  } catch (error) {
    return toCode(error);
  }
};

test('the published parameter file contains every engine', async () => {
  const parameters = await loadParameters();
  expect([...parameters.engines.keys()].map(String)).toEqual(Object.keys(engineNames));
  expect(parameters.current.id).toBe(currentEngine);
});

describe('another parameter file is refused', () => {
  const text = published.toString('utf8');
  test.each([
    ['with fewer message bits at level 4', text.replace(/"one": 92/, '"one": 32')],
    ['that allows enrolment with one photo instead of three', text.replace('"leastPhotos": 3', '"leastPhotos": 1')],
    ['that differs only by a space', `${text} `],
    ['that is empty', ''],
  ])('%s', (_, altered) => {
    expect(altered).not.toBe(text);
    expect(codeOf(altered)).toBe('parameters_altered');
  });
});

test('with a custom model of few values, the rotation prevents repeated sign bits', () => {
  const { engines } = JSON.parse(published.toString('utf8')) as { engines: object[] };
  const flat = { meanInMillionths: Array.from({ length: 512 }, () => 0), directionsInMillionths: [] };
  const repeatedOf = (rotation: object): number => {
    const entry = engineEntryGuard.parse({ ...engines.at(-1), ...flat, ...rotation, id: 128 });
    const embedding = Float32Array.from({ length: 512 }, (_, at) => (at < 256 ? Math.sin(at * at + 1) : 0));
    const bits = signBits(toEngineParameters(entry, null).toViews(embedding));
    const starts = [0, 512].flatMap((view) => Array.from({ length: 256 }, (_, at) => view + at));
    return starts.filter((at) => bits[at] === bits[at + 256]).length;
  };
  expect(repeatedOf({})).toBe(512);
  expect(Math.abs(repeatedOf({ rotation: rotationLabel }) - 256)).toBeLessThan(64);
});

test('required bits, similarity and photos never decrease with the level or with more photos', async () => {
  const { levels } = (await loadParameters()).current;
  for (const [at, accuracy] of accuracies.entries()) {
    const level = levels[accuracy];
    expect(messageBitsOf(level, 2)).toBeGreaterThanOrEqual(messageBitsOf(level, 1));
    expect(messageBitsOf(level, 5)).toBe(messageBitsOf(level, 2));
    const below = accuracies[at - 1];
    if (below === undefined) continue;
    expect(messageBitsOf(level, 1)).toBeGreaterThan(messageBitsOf(levels[below], 1));
    expect(messageBitsOf(level, 3)).toBeGreaterThan(messageBitsOf(levels[below], 3));
    expect(level.cosine).toBeGreaterThan(levels[below].cosine);
    expect(level.leastPhotos).toBeGreaterThanOrEqual(levels[below].leastPhotos);
  }
});
