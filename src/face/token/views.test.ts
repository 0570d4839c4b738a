import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createRotation, embeddingLength } from './views.js';

const rotate = createRotation(embeddingLength);
const toUnits = (): Float32Array[] =>
  Array.from({ length: embeddingLength }, (_, number) => {
    const unit = Float32Array.from({ length: embeddingLength }, (_value, at) => (at === number ? 1 : 0));
    rotate(unit);
    return unit;
  });

test('the rotation matrix for embeddings of custom engines has the published SHA-256', () => {
  const digest = createHash('sha256');
  // Multiples of 1/256: exact in 32-bit numbers, on every machine.
  for (const unit of toUnits()) digest.update(Int16Array.from(unit, (value) => value * 256));
  expect(digest.digest('hex')).toBe('227026004ae089bc876672600e3d985b9d259a1b214cdc61320eb807c4a41ada');
});

test('the rotation preserves lengths and angles', () => {
  const units = toUnits();
  for (const unit of units)
    for (const other of units.slice(0, 32))
      expect(unit.reduce((sum, value, place) => sum + value * other[place]!, 0)).toBe(other === unit ? 1 : 0);
  expect(units).toHaveLength(embeddingLength);
});
