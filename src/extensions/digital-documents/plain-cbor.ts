/*
 * Checks CBOR before it is decoded (RFC 8949). The decoder knows tags that cost a stranger nothing and this server seconds or
 * gigabytes, such as numbers of any size, references and arrays whose length is only claimed.
 */

/** Tags of documents: times, encoded CBOR, COSE_Sign1 and dates. */
const tags: readonly number[] = [0, 18, 24, 1004];

const encodedCbor = 24;

const mostLevels = 24;
/** Items of all levels. A document of all elements of the standard has about a thousand. */
const mostItems = 5_000;

class Refused extends Error {}

/** An item as its encoding says. */
interface Item {
  readonly type: 'bytes' | 'map' | 'other';
  /** Content of a byte string, otherwise `null`. */
  readonly bytes: Uint8Array | null;
}

class Cursor {
  #at = 0;

  constructor(
    private readonly source: Uint8Array,
    readonly budget: { items: number },
  ) {}

  get isAtEnd(): boolean {
    return this.#at === this.source.length;
  }

  /** Reads the head of an item: its major type, and its argument. Indefinite lengths are refused. */
  readHead(): { readonly major: number; readonly argument: number } {
    const first = this.take(1)[0] ?? 0;
    const info = first & 31;
    if (info < 24) return { major: first >> 5, argument: info };
    if (info > 27) throw new Refused('a length that is not given');
    const bytes = this.take(1 << (info - 24));
    return { major: first >> 5, argument: bytes.reduce((sum, byte) => sum * 256 + byte, 0) };
  }

  take(length: number): Uint8Array {
    if (length > this.source.length - this.#at) throw new Refused('longer than its encoding');
    this.#at += length;
    return this.source.subarray(this.#at - length, this.#at);
  }
}

const other: Item = { type: 'other', bytes: null };

function readItem(cursor: Cursor, levels: number): Item {
  cursor.budget.items -= 1;
  if (levels === 0 || cursor.budget.items < 0) throw new Refused('nested too deep, or too many items');
  const { major, argument } = cursor.readHead();
  const next = (): Item => readItem(cursor, levels - 1);
  switch (major) {
    case 2:
      return { type: 'bytes', bytes: cursor.take(argument) };
    case 3:
      cursor.take(argument);
      return other;
    case 4: {
      // Each item has at least a byte, so a claimed length ends with the encoding.
      const items: Item[] = [];
      for (let at = 0; at < argument; at += 1) items.push(next());
      checkSigned(items, levels, cursor);
      return other;
    }
    case 5:
      for (let at = 0; at < argument; at += 1) {
        next();
        next();
      }
      return { type: 'map', bytes: null };
    case 6: {
      if (!tags.includes(argument)) throw new Refused('a tag that documents do not have');
      const { type, bytes } = next();
      if (argument === encodedCbor) checkEncoded(bytes, levels, cursor);
      return { type, bytes: argument === encodedCbor ? null : bytes };
    }
    default:
      return other;
  }
}

/** Checks headers and payload of what may be a COSE_Sign1, whose byte strings hold CBOR. */
function checkSigned(
  [headers, unprotected, payload, signature, ...others]: readonly Item[],
  levels: number,
  within: Pick<Cursor, 'budget'>,
): void {
  if (signature?.type !== 'bytes' || unprotected?.type !== 'map' || others.length > 0) return;
  for (const each of [headers, payload]) if (each?.bytes?.length) checkEncoded(each.bytes, levels, within);
}

function checkEncoded(bytes: Uint8Array | null, levels: number, { budget }: Pick<Cursor, 'budget'>): void {
  if (bytes === null) throw new Refused('no encoded CBOR');
  const cursor = new Cursor(bytes, budget);
  readItem(cursor, levels - 1);
  if (!cursor.isAtEnd) throw new Refused('more than one item');
}

/** Returns true if bytes are one CBOR item of the kinds that documents have, also inside of encoded items. */
export function isPlainCbor(bytes: Uint8Array): boolean {
  try {
    checkEncoded(bytes, mostLevels, { budget: { items: mostItems } });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}
