import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readTorchFile } from './torch-file.js';

/* Files as `torch.save` wrote them before PyTorch 1.6, made of the operations of pickle. */

const op = (...bytes: number[]): Buffer => Buffer.from(bytes);
const text = (value: string): Buffer =>
  Buffer.concat([op(0x58), Buffer.from(Uint32Array.of(value.length).buffer), Buffer.from(value)]);
const count = (value: number): Buffer => Buffer.concat([op(0x4a), Buffer.from(Int32Array.of(value).buffer)]);
const name = (module: string, member: string): Buffer => Buffer.from(`c${module}\n${member}\n`);
const [mark, tuple, call, stop, no, none] = [0x28, 0x74, 0x52, 0x2e, 0x89, 0x4e].map((each) => op(each)) as Buffer[];
const pickle = (...parts: Buffer[]): Buffer => Buffer.concat([op(0x80, 2), ...parts, stop!]);
const tupleOf = (...parts: Buffer[]): Buffer => Buffer.concat([mark!, ...parts, tuple!]);
const dictionary = Buffer.concat([name('collections', 'OrderedDict'), op(0x29), call!]);

interface Written {
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
  readonly offset?: number;
  readonly declared?: number;
  readonly keys?: readonly string[];
  readonly stored?: number;
  readonly maker?: Buffer;
  readonly type?: Buffer;
  readonly before?: Buffer;
}

const values = Float32Array.from({ length: 8 }, (_, at) => at / 4);

/** A file with one tensor of 2 × 3 numbers in a storage of eight, and what a test changes. */
function write(change: Written = {}): Buffer {
  const { shape = [2, 3], strides = [3, 1], offset = 1, declared = 8, keys = ['s'], stored = 8 } = change;
  const storage = tupleOf(
    text('storage'),
    change.type ?? name('torch', 'FloatStorage'),
    text('s'),
    text('cpu'),
    count(declared),
    none!,
  );
  const list = (numbers: readonly number[]): Buffer => tupleOf(...numbers.map(count));
  const tensor = Buffer.concat([
    change.maker ?? name('torch._utils', '_rebuild_tensor_v2'),
    tupleOf(storage, op(0x51), count(offset), list(shape), list(strides), no!, dictionary),
    call!,
  ]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(stored));
  return Buffer.concat([
    pickle(op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19)),
    pickle(op(0x4d, 0xe9, 0x03)),
    pickle(op(0x7d)),
    pickle(change.before ?? op(), dictionary, text('w'), tensor, op(0x73)),
    pickle(op(0x5d), mark!, ...keys.map(text), op(0x65)),
    length,
    Buffer.from(values.buffer),
  ]);
}

test('a tensor is read with its shape, from its place in the storage', () => {
  expect([...readTorchFile(write())]).toEqual([['w', { shape: [2, 3], values: values.slice(1, 7) }]]);
});

const withNone = (part: Buffer): Buffer => Buffer.concat([part, op(0x30)]);

test.each<[string, Written, RegExp]>([
  ['calls a command of the system', { maker: name('os', 'system') }, /os system is not permitted/],
  [
    'names code that it does not call',
    { before: withNone(name('builtins', 'eval')) },
    /builtins eval is not permitted/,
  ],
  ['calls a class of numbers', { maker: name('torch', 'FloatStorage') }, /call of torch FloatStorage is not permitted/],
  ['makes an object', { before: op(0x81) }, /operation 0x81 is not permitted/],
  ['takes a name from the stack', { before: op(0x93) }, /operation 0x93 is not permitted/],
  ['names an extension', { before: op(0x82, 1) }, /operation 0x82 is not permitted/],
  ['takes a value from an empty stack', { before: op(0x62) }, /a value is missing/],
  ['repeats a value that it never had', { before: op(0x68, 7) }, /repeated value is missing/],
  ['has a huge tensor', { shape: [2 ** 30, 2 ** 30], strides: [2 ** 30, 1] }, /does not fit its storage/],
  ['has a huge storage', { declared: 2 ** 30, stored: 2 ** 30 }, /truncated/],
  ['has a negative size', { shape: [-2, -3] }, /too_small/],
  ['has a tensor behind its storage', { offset: 3 }, /does not fit its storage/],
  ['has a tensor in another order', { strides: [1, 2] }, /does not fit its storage/],
  ['has a storage of another length', { stored: 7 }, /another length/],
  ['lists no storage', { keys: [] }, /a storage is missing/],
  ['lists a storage of no tensor', { keys: ['s', 't'] }, /belongs to no tensor/],
])('a file that %s is refused', (_title, change, reason) => {
  expect(() => readTorchFile(write(change))).toThrow(reason);
});

test('every truncated file is refused', () => {
  const file = write();
  for (let length = 0; length < file.length; length += 1)
    expect(() => readTorchFile(file.subarray(0, length))).toThrow();
});

test('a file with changed bytes is read or refused, and runs nothing', () => {
  const file = write();
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
      const changed = Buffer.from(file);
      for (const [at, byte] of changes) changed[at] = byte;
      try {
        for (const { shape } of readTorchFile(changed).values()) expect(shape.length).toBeLessThan(9);
      } catch (error) {
        expect((error as Error).name).toMatch(/^(RangeError|ZodError|\$ZodError)$/);
      }
    }),
  );
});
