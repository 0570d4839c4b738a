import { z } from 'zod';

/*
 * Reads the weights that `torch.save` wrote before PyTorch 1.6: five pickles (a magic number, the version, the system,
 * the tensors by name, the order of their storages), and then the numbers of each storage. The pickles are read by a list
 * of permitted operations and names. Nothing is executed.
 * @see https://docs.python.org/3/library/pickletools.html
 * @see https://pytorch.org/docs/stable/notes/serialization.html
 */

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Maximum of values on the stack, and of values that a pickle repeats. */
const mostValues = 65_536;

const magicNumber = '6c:fc:9c:46:f9:20:6a:a8:50:19';
const protocolVersion = 1001;

/** Bytes of one number in a storage, by its class. Counters are whole numbers, which no layer needs. */
const bytesOf: ReadonlyMap<string, number> = new Map([
  ['torch FloatStorage', 4],
  ['torch LongStorage', 8],
]);
const orderedDict = 'collections OrderedDict';
const rebuildTensor = 'torch._utils _rebuild_tensor_v2';
const permittedNames: ReadonlySet<string> = new Set([...bytesOf.keys(), orderedDict, rebuildTensor]);

const globalGuard = z.strictObject({ is: z.literal('global'), name: z.string() });
const sizeGuard = z.int().nonnegative();
const storageGuard = z.strictObject({ is: z.literal('storage'), type: z.string(), key: z.string(), length: sizeGuard });
const tensorGuard = z.strictObject({
  is: z.literal('tensor'),
  storage: storageGuard,
  offset: sizeGuard,
  shape: z.array(sizeGuard).max(8),
  strides: z.array(sizeGuard).max(8),
});
const storageReferenceGuard = z.tuple([z.literal('storage'), globalGuard, z.string(), z.string(), sizeGuard, z.null()]);
const tensorArgumentsGuard = z.tuple([
  storageGuard,
  sizeGuard,
  z.array(sizeGuard),
  z.array(sizeGuard),
  z.boolean(),
  z.map(z.unknown(), z.unknown()),
]);

function toTensor(values: unknown): z.output<typeof tensorGuard> {
  const [storage, offset, shape, strides] = tensorArgumentsGuard.parse(values);
  return { is: 'tensor', storage, offset, shape, strides };
}

function toStorage(reference: unknown): z.output<typeof storageGuard> {
  const [, { name }, key, , length] = storageReferenceGuard.parse(reference);
  return { is: 'storage', type: name, key, length };
}

function callPermitted(callee: unknown, values: unknown): unknown {
  const { name } = globalGuard.parse(callee);
  if (name === rebuildTensor) return toTensor(values);
  if (name === orderedDict) return new Map(z.tuple([]).parse(values));
  throw new RangeError(`the call of ${name} is not permitted`);
}

interface Reader {
  at: number;
  readonly bytes: Buffer;
}

const mark = Symbol('mark');

/** Reads a pickle, and moves the reader behind it. */
function readPickle(reader: Reader): unknown {
  const { bytes } = reader;
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const take = (count: number): number => {
    const from = reader.at;
    if (count > bytes.length - from) throw new RangeError('truncated');
    reader.at += count;
    return from;
  };
  const pop = (): unknown => {
    if (stack.length === 0) throw new RangeError('a value is missing');
    return stack.pop();
  };
  const popToMark = (): unknown[] => {
    const from = stack.lastIndexOf(mark);
    if (from === -1) throw new RangeError('a mark is missing');
    return stack.splice(from).slice(1);
  };
  const popTuple = (length: number): unknown[] => Array.from({ length }, pop).reverse();
  const readLine = (): string => {
    const end = bytes.indexOf(10, reader.at);
    if (end === -1) throw new RangeError('truncated');
    const line = bytes.toString('latin1', reader.at, end);
    reader.at = end + 1;
    return line;
  };
  const readText = (length: number): string => {
    const from = take(length);
    return bytes.toString('utf8', from, from + length);
  };
  const readName = (): unknown => {
    const name = `${readLine()} ${readLine()}`;
    if (!permittedNames.has(name)) throw new RangeError(`the name ${name} is not permitted`);
    return { is: 'global', name };
  };
  const recall = (index: number): unknown => {
    if (!memo.has(index)) throw new RangeError('a repeated value is missing');
    return memo.get(index);
  };
  const remember = (index: number): void => {
    memo.set(index, stack.at(-1));
  };
  const setItems = (items: readonly unknown[]): void => {
    const dict = stack.at(-1);
    if (!(dict instanceof Map)) throw new RangeError('a dictionary is missing');
    for (let at = 0; at + 1 < items.length; at += 2) dict.set(items[at], items[at + 1]);
  };
  const readBytes = (length: number): string =>
    [...bytes.subarray(take(length), reader.at)].map((each) => each.toString(16).padStart(2, '0')).join(':');

  for (;;) {
    if (stack.length > mostValues || memo.size > mostValues) throw new RangeError('too many values');
    const operation = bytes.readUInt8(take(1));
    switch (operation) {
      case 0x80: // PROTO
        take(1);
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        stack.push(mark);
        break;
      case 0x63: // GLOBAL
        stack.push(readName());
        break;
      case 0x58: // BINUNICODE
        stack.push(readText(bytes.readUInt32LE(take(4))));
        break;
      case 0x4a: // BININT
        stack.push(bytes.readInt32LE(take(4)));
        break;
      case 0x4b: // BININT1
        stack.push(bytes.readUInt8(take(1)));
        break;
      case 0x4d: // BININT2
        stack.push(bytes.readUInt16LE(take(2)));
        break;
      case 0x8a: // LONG1
        stack.push(readBytes(bytes.readUInt8(take(1))));
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x85: // TUPLE1
        stack.push(popTuple(1));
        break;
      case 0x86: // TUPLE2
        stack.push(popTuple(2));
        break;
      case 0x74: // TUPLE
        stack.push(popToMark());
        break;
      case 0x71: // BINPUT
        remember(bytes.readUInt8(take(1)));
        break;
      case 0x72: // LONG_BINPUT
        remember(bytes.readUInt32LE(take(4)));
        break;
      case 0x68: // BINGET
        stack.push(recall(bytes.readUInt8(take(1))));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(bytes.readUInt32LE(take(4))));
        break;
      case 0x51: // BINPERSID
        stack.push(toStorage(pop()));
        break;
      case 0x52: {
        // REDUCE
        const values = pop();
        stack.push(callPermitted(pop(), values));
        break;
      }
      case 0x73: // SETITEM
        setItems(popTuple(2));
        break;
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x65: {
        // APPENDS
        const items = popToMark();
        const list = stack.at(-1);
        if (!Array.isArray(list)) throw new RangeError('a list is missing');
        list.push(...items);
        break;
      }
      case 0x62: // BUILD: metadata of the tensors, which say nothing about their values
        pop();
        break;
      default:
        throw new RangeError(`the operation 0x${operation.toString(16)} is not permitted`);
    }
  }
}

type StoredTensor = z.output<typeof tensorGuard>;

/** Reads the storages, in the order that the last pickle lists. */
function readStorages(reader: Reader, keys: readonly string[], tensors: Iterable<StoredTensor>): Map<string, Buffer> {
  const declared = new Map([...tensors].map(({ storage }) => [storage.key, storage]));
  const storages = new Map<string, Buffer>();
  for (const key of keys) {
    const bytes = bytesOf.get(declared.get(key)?.type ?? '');
    const length = declared.get(key)?.length;
    if (bytes === undefined || length === undefined) throw new RangeError('a storage belongs to no tensor');
    const from = reader.at + 8;
    if (from + length * bytes > reader.bytes.length) throw new RangeError('truncated');
    if (reader.bytes.readBigUInt64LE(reader.at) !== BigInt(length))
      throw new RangeError('a storage has another length');
    reader.at = from + length * bytes;
    storages.set(key, reader.bytes.subarray(from, reader.at));
  }
  return storages;
}

/** Returns true if the numbers of a tensor lie one after the other. */
function isContiguous({ shape, strides }: StoredTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (strides[axis] !== expected && shape[axis] !== 1) return false;
    expected *= shape[axis];
  }
  return strides.length === shape.length;
}

function readValues(tensor: StoredTensor, storages: ReadonlyMap<string, Buffer>): Tensor {
  const { shape, offset } = tensor;
  const length = shape.reduce((product, size) => product * size, 1);
  const numbers = storages.get(tensor.storage.key);
  if (numbers === undefined) throw new RangeError('a storage is missing');
  if (!isContiguous(tensor) || (offset + length) * 4 > numbers.length)
    throw new RangeError('a tensor does not fit its storage');
  const values = Float32Array.from({ length }, (_, at) => numbers.readFloatLE(4 * (offset + at)));
  return { shape, values };
}

/**
 * Reads the tensors of a file by name.
 * @throws RangeError or ZodError if it is no such file, is truncated, or contains other operations
 */
export function readTorchFile(file: Uint8Array): ReadonlyMap<string, Tensor> {
  const reader: Reader = { at: 0, bytes: Buffer.from(file.buffer, file.byteOffset, file.byteLength) };
  if (readPickle(reader) !== magicNumber || readPickle(reader) !== protocolVersion)
    throw new RangeError('not a file of torch.save');
  readPickle(reader);
  const tensors = z.map(z.string(), tensorGuard).parse(readPickle(reader));
  const keys = z.array(z.string()).parse(readPickle(reader));
  const storages = readStorages(reader, keys, tensors.values());
  const floats = [...tensors].filter(([, { storage }]) => bytesOf.get(storage.type) === 4);
  return new Map(floats.map(([name, tensor]) => [name, readValues(tensor, storages)]));
}
