import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { findLeaks } from '../support/data/leaks.js';

const photo = randomBytes(50_000);
const embedding = new Uint8Array(Float32Array.from({ length: 512 }, (_, at) => Math.sin(at)).buffer);
const planted = { password: 'correct horse battery', photo, embedding };
const harmless = Buffer.concat([randomBytes(1_000_000), Buffer.from('{"msg":"request"}')]);

describe('findLeaks reports', () => {
  const hidden: [string, string | Uint8Array][] = [
    ['a text', planted.password],
    ['a text in base64', Buffer.from(`x:${planted.password}`).toString('base64')],
    ['a text in hexadecimal', Buffer.from(planted.password).toString('hex')],
    ['a photo', photo],
    ['half a photo', photo.subarray(20_000, 40_000)],
    ['a photo in base64', photo.toString('base64')],
    ['a photo in base64url after a byte', Buffer.concat([Buffer.alloc(1), photo]).toString('base64url')],
    ['a photo in hexadecimal', photo.toString('hex')],
    ['an embedding', embedding],
    ['an embedding in base64', Buffer.from(embedding).toString('base64')],
  ];
  test.each(hidden)('%s', (_, leak) => {
    const log = Buffer.concat([harmless.subarray(0, 100_000), Buffer.from(leak), harmless.subarray(100_000, 200_000)]);
    const found = findLeaks(planted, { log, other: harmless });
    expect(found.length).toBeGreaterThan(0);
    expect(found.join()).toContain('in log');
    expect(found.join()).not.toContain('in other');
  });
});
