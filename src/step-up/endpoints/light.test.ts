import { describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { beginAgreed, draw, enrolByApi, startCapture } from '../../../support/benches/capture-bench.js';
import type { ApiServer } from '../../../support/servers/api-server.js';
import type { Policy } from '../../core/connection.js';

/* The light of a challenge over the wire, with a simulated engine: who is asked for it, what is told when, and what comes of it. */

let server: ApiServer;

/** A page that has opened a check of Ada, who is enrolled. */
async function openWith(liveness: Policy['liveness']) {
  ({ server } = await startCapture({ liveness }));
  await enrolByApi(server);
  const { page, view } = await beginAgreed(server, { audience: 'app' });
  return { page, view };
}

describe('the policy decides if light is part of the challenge', () => {
  test.each([
    ['off', 'none', 3, 3, 3],
    ['passive', 'none', 3, 3, 3],
    ['movement', 'none', 3, 3, 3],
    ['challenge', 'offered', 3, 3, 10],
    ['light', 'demanded', null, 10, 10],
  ] as const)('the liveness setting %s: light is %s', async (liveness, light, without, down, across) => {
    const { page, view } = await openWith(liveness);
    expect(view.light).toBe(light);
    const unlit = await page.post('/face/challenge', {});
    if (without === null) expect(unlit.body).toMatchObject({ ok: false, code: 'light_needed' });
    else expect(unlit.body.next).toMatchObject({ of: without, light: null });
    for (const [axis, of] of Object.entries({ down, across })) {
      const lit = await page.post('/face/challenge', { light: axis });
      expect(lit.body.next).toMatchObject({ of });
      expect((lit.body.next as { light: object | null }).light === null).toBe(of === 3);
    }
  });
});

describe('a challenge with light', () => {
  test('tells the page the second color of a pair only after it sent the digest of the frame under the first', async () => {
    const { page } = await openWith('light');
    const { lights, movements } = await page.takeFrames(draw('ada'), { light: 'across' });
    expect(lights).toHaveLength(10);
    expect(movements.filter((movement) => movement === 'centre')).toHaveLength(4);
    const begun = await page.post('/face/challenge', { light: 'across' });
    expect(Object.keys(begun.body).toSorted()).toEqual(['expiresAt', 'next', 'nonce', 'ok']);
  });

  test('passes with all ten frames, and the receipt and audit trail name the judge', async () => {
    const { page } = await openWith('light');
    const { nonce, photos } = await page.takeFrames(draw('ada'), { light: 'across' });
    const { body } = await page.send({ nonce, photo: photos });
    expect(body).toMatchObject({ outcome: 'passed' });
    expect(decodeJwt(String(body.receipt))).toMatchObject({ amr: ['face'], presence: 'simulated-light' });
    const judged = server.audit.events.find(({ action }) => action === 'liveness_judged');
    expect(judged!.detail).toMatchObject({ judge: 'simulated-light', pass: true });
    expect((judged!.detail as { asked: string[] }).asked).toHaveLength(10);
  });

  test('decides nothing if a frame without a movement takes more than three seconds', async () => {
    const { page } = await openWith('light');
    const send = async (afterMs: number) => {
      const { nonce, photos } = await page.takeFrames(draw('ada'), { light: 'across', afterMs });
      return (await page.send({ nonce, photo: photos })).body.outcome;
    };
    for (let at = 0; at < 6; at += 1) expect(await send(3100)).toBe('try_again');
    expect(await send(900)).toBe('passed');
    const judged = server.audit.events.find(({ action }) => action === 'liveness_judged');
    expect((judged!.detail as { reasons: string[] }).reasons).toEqual(['slowest_light']);
  });

  test('fails if the frames of the poses show another face than the other frames', async () => {
    const { page } = await openWith('light');
    // The pictures that show the poses are someone else's.
    const { nonce, photos } = await page.takeFrames(
      (movement, index) => draw(index >= 2 && index % 2 === 0 ? 'eve' : 'ada')(movement),
      { light: 'across' },
    );
    expect((await page.send({ nonce, photo: photos })).body.outcome).toBe('try_again');
  });
});
