import { expect, test } from '@jest/globals';
import { isPlainCbor } from './plain-cbor.js';

const isPlain = (hex: string): boolean => isPlainCbor(Buffer.from(hex, 'hex'));

test.each([
  ['a map with a text and a time', 'a16161c074323032362d30312d30315430303a30303a30305a'],
  ['encoded CBOR', 'd8184101'],
  ['a date', 'd903ec6a323032362d30312d3031'],
  ['a signature', 'd28443a10126a0f641ff'],
])('documents have %s', (_, hex) => {
  expect(isPlain(hex)).toBe(true);
});

test.each([
  ['a number of any size', 'c24401020304'],
  ['a regular expression', 'd81b8265526567457870612e'],
  ['a reference', 'd81d00'],
  ['an array whose length is only claimed', '9a06b95400'],
  ['a map whose length is only claimed', 'bb00000000ffffffff'],
  ['a text that is longer than its encoding', '78ff61'],
  ['an array without a length', '9f01ff'],
  ['a number of any size in encoded CBOR', 'd81845c243010203'],
  ['encoded CBOR that is none', 'd81801'],
  ['two items in encoded CBOR', 'd818420101'],
  ['a number of any size in the headers of a signature', '8445c243010203a0f641ff'],
  ['a number of any size in the payload of a signature', '8443a10126a045c24301020341ff'],
  ['a document of very many items', `9a00001771${'00'.repeat(6001)}`],
  ['deep nesting', `${'81'.repeat(100_000)}00`],
  ['nothing', ''],
])('%s is refused', (_, hex) => {
  expect(isPlain(hex)).toBe(false);
});
