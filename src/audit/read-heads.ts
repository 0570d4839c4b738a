import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose';
import { readIfThere } from '../files/durable-file.js';
import { type Head, headGuard, headType } from './heads.js';
import { closedFileOf, closedSegmentsOf, headsFileOf } from './trail-files.js';

export interface HeadsReport {
  readonly heads: readonly Head[];
  readonly unknownKey: number;
  readonly invalid: { readonly file: string; readonly line: number } | null;
}

export type HeadFinding = Head | 'unknown key' | 'invalid';

export const createHeadVerifier = (keys: JSONWebKeySet): ((jws: string) => Promise<HeadFinding>) => {
  const keySet = createLocalJWKSet(keys);
  return async (jws) => {
    try {
      const { payload, protectedHeader } = await compactVerify(jws, keySet);
      if (protectedHeader.typ !== headType) return 'invalid';
      const head = headGuard.safeParse(JSON.parse(new TextDecoder().decode(payload)));
      return head.success ? head.data : 'invalid';
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) return 'unknown key';
      return 'invalid';
    }
  };
};

export async function readHeads(file: string, verify: (jws: string) => Promise<HeadFinding>): Promise<HeadsReport> {
  const newest = headsFileOf(file);
  const closed = (await closedSegmentsOf(file)).map(({ lastSequence }) => closedFileOf(newest, lastSequence));
  const heads: Head[] = [];
  let unknownKey = 0;
  let invalid: HeadsReport['invalid'] = null;
  for (const each of [...closed, newest]) {
    const lines = ((await readIfThere(each)) ?? '').split('\n').slice(0, -1);
    for (const [index, jws] of lines.entries()) {
      const found = await verify(jws);
      if (found === 'unknown key') unknownKey += 1;
      else if (found === 'invalid') invalid ??= { file: each, line: index + 1 };
      else heads.push(found);
    }
  }
  return { heads, unknownKey, invalid };
}
