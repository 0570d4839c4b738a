import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Billed for each item beside its attributes, in the table and again in each index. */
const overheadBytes = 100;

/** Of a number: a byte for two significant digits, and one more. */
const numberBytes = (text: string): number => Math.ceil(text.replace(/[-.]|0+$/g, '').length / 2) + 1;

function attributeBytes(name: string, { S, N }: AttributeValue): number {
  if (S === undefined && N === undefined) throw new Error(`${name} is neither text nor number`);
  return Buffer.byteLength(name) + (S === undefined ? numberBytes(N ?? '') : Buffer.byteLength(S));
}

/**
 * What DynamoDB bills an item of our table as: names and values of its attributes, and the overhead; twice where it is in the
 * index, which holds the whole of it.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Readonly<Record<string, AttributeValue>>): number {
  const own = Object.entries(item).reduce((sum, [name, value]) => sum + attributeBytes(name, value), overheadBytes);
  return item.lp === undefined ? own : 2 * own;
}
