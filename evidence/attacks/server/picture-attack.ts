import { setTimeout as sleep } from 'node:timers/promises';
import sharp from 'sharp';
import { ticketOf } from '../../../test/oidc/browser.js';
import { peakMiB } from '../../bench/measure.js';
import { codeOf, post, toPhotos } from './exchange.js';
import type { Legitimate, LoadReport } from './legitimate.js';
import { beginSignIn } from './page.js';
import { clientOf } from './providers.js';
import type { Stage } from './stage.js';

export type PictureFigures = Awaited<ReturnType<typeof attackWithPictures>>;

async function drawWorst(): Promise<Readonly<Record<string, Uint8Array>>> {
  const draw = (side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: { r: 90, g: 120, b: 150 } } });
  return {
    jpeg: await draw(6_300).jpeg().toBuffer(),
    'progressive jpeg': await draw(3_900).jpeg({ progressive: true }).toBuffer(),
    webp: await draw(3_990).webp({ lossless: true }).toBuffer(),
    png: await draw(3_990).png().toBuffer(),
    'png of 16 bits': await draw(1_990).toColourspace('rgb16').png().toBuffer(),
    'interlaced png': await draw(1_400).png({ progressive: true }).toBuffer(),
  };
}

const known = ({ byKind }: LoadReport) => byKind.flatMap(([kind, figures]) => (kind === 'sign-in' ? [] : [figures]));

/** Returns the worst p99 latency, in milliseconds. */
const p99Of = (report: LoadReport): number => Math.max(...known(report).map(({ p99Ms }) => p99Ms));

/** Sends the pictures that cost most from anonymous sign-ins, under legitimate load. */
export async function attackWithPictures(
  stage: Stage,
  load: Legitimate,
  { lastsMs, atOnce }: { readonly lastsMs: number; readonly atOnce: number },
) {
  const target = clientOf(stage.providers, 'load');
  const worst = await drawWorst();
  const answers: Record<string, number> = {};
  let sent = 0;
  const send = async (picture: Uint8Array): Promise<void> => {
    const code = await beginSignIn(stage.url, target, 'anonymous@example.com').then(
      async ({ link }) => {
        const [id = '', challenge = ''] = ticketOf(link).split('.');
        sent += 1;
        const body = toPhotos(challenge, ...Array.from({ length: 5 }, () => picture));
        const answer = await stage.caller.call(post(`/step-ups/${id}/photos`, body));
        return codeOf(answer) ?? String(answer.status);
      },
      () => 'not begun',
    );
    answers[code] = (answers[code] ?? 0) + 1;
  };

  await load.report();
  await sleep(lastsMs);
  const before = await load.report();
  /** By picture format, while all workers decode at once. */
  const peaks: Record<string, number> = {};
  for (const [format, picture] of Object.entries(worst))
    peaks[format] = await peakMiB(stage.pid, () => Promise.all(Array.from({ length: 4 }, () => send(picture))));
  const until = performance.now() + lastsMs;
  const pictures = Object.values(worst);
  const lane = async (_: unknown, at: number): Promise<void> => {
    for (let turn = at; performance.now() < until; turn += 1) await send(pictures[turn % pictures.length]);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const during = await load.report();
  const knownRefused = known(during).reduce((sum, { refused }) => sum + refused, 0);
  return { knownP99Ms: { before: p99Of(before), during: p99Of(during) }, knownRefused, sent, answers, peakMiB: peaks };
}
