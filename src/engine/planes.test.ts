import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Picture, sampleGrid, toCellGrid, toPlanes } from './picture.js';
import { samplePlanes } from './planes.js';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const picture = fc
  .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }))
  .chain(([widthPx, heightPx]) =>
    fc
      .uint8Array({ minLength: 3 * widthPx * heightPx, maxLength: 3 * widthPx * heightPx })
      .map((data): Picture => ({ data, widthPx, heightPx })),
  );
/** Inside, across the edge or beyond it; enlarged and reduced. */
const area = fc.record({ x: number(-20, 40), y: number(-20, 40), width: number(0.1, 60), height: number(0.1, 60) });
const size = fc.integer({ min: 1, max: 20 });
const normalisation = fc.record({ mean: number(-100, 200), deviation: number(0.5, 200) });
const untouched = -12_345;

test('the same as a grid of cells brought to planes, and nothing beside it', () => {
  fc.assert(
    fc.property(
      picture,
      area,
      ...[size, size, fc.nat(5), fc.nat(5)],
      fc.constantFrom([0, 1, 2] as const, [2, 1, 0] as const),
      fc.tuple(normalisation, normalisation, normalisation),
      (from, part, columns, rows, moreColumns, moreRows, planes, normalisations) => {
        const rgb = new Float32Array(3 * columns * rows);
        const expected = new Float32Array(rgb.length);
        sampleGrid(from, toCellGrid(part, columns, rows), 'nearest', rgb);
        toPlanes(rgb, expected, planes, normalisations);

        const width = columns + moreColumns;
        const height = rows + moreRows;
        const target = new Float32Array(3 * width * height).fill(untouched);
        samplePlanes(from, part, columns, rows, { columns: width, planes, normalisations }, target);
        const differences = target.map((value, at) => {
          const plane = Math.floor(at / (width * height));
          const row = Math.floor(at / width) % height;
          const column = at % width;
          const isInside = row < rows && column < columns;
          return value - (isInside ? expected[(plane * rows + row) * columns + column]! : untouched);
        });
        expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-3);
      },
    ),
  );
});
