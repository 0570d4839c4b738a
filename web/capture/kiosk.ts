import { kioskMemory } from './browser-memory.js';
import { checkCameraSupport, openCamera } from './camera.js';
import { actions, button, el, paragraph } from './dom.js';
import type { Page } from './page.js';
import type { PageApi } from './page-api.js';
import { type KioskLink, type PageLink, parseKioskLink, parseScannedLink } from './page-link.js';
import { nullIfPassing } from './problem.js';
import { sleep } from './step.js';

const pollEveryMs = 2000;
const scanEveryMs = 250;
const scanAtMostMs = 45_000;
const idleAfterMs = 60_000;

/** @see https://wicg.github.io/shape-detection-api/#barcode-detection-api */
interface BarcodeReader {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}
declare global {
  // Only Chrome on Android, ChromeOS and macOS has this class.
  var BarcodeDetector: (new (options: { formats: readonly string[] }) => BarcodeReader) | undefined;
}

/**
 * Waits for the next user: an attendant assigns a check, or the user shows a link's QR code.
 * @param address - address of the capture page, which a scanned link must match
 */
export async function waitForPerson(kiosk: KioskLink, address: string, page: Page, api: PageApi): Promise<PageLink> {
  // This request also confirms that the previous check has ended, so that the server reports the kiosk as free.
  const ended = new AbortController();
  const next = await askForNext(kiosk, api, ended.signal);
  if (next !== null) return follow(next, kiosk, page);
  const assigned = keepAsking(kiosk, { page, api, ended: ended.signal });
  const scanned = offerScan(address, page, ended.signal);
  return Promise.race([assigned, scanned]).finally(() => ended.abort());
}

interface Next {
  readonly ticket: string;
  /** URL of the page that accepts the ticket; `null` if this page does. */
  readonly address: string | null;
}

/** Asks again while the server is not reached. @returns `null` if no check is assigned */
async function askForNext({ kiosk, secret }: KioskLink, api: PageApi, ended: AbortSignal): Promise<Next | null> {
  for (;;) {
    const answer = await api.nextOfKiosk(kiosk, secret).catch(nullIfPassing);
    ended.throwIfAborted();
    if (answer !== null) return answer.ticket === null ? null : { ticket: answer.ticket, address: answer.page };
    await sleep(pollEveryMs);
    ended.throwIfAborted();
  }
}

async function keepAsking(
  kiosk: KioskLink,
  { page, api, ended }: { readonly page: Page; readonly api: PageApi; readonly ended: AbortSignal },
): Promise<PageLink> {
  for (;;) {
    await sleep(pollEveryMs);
    ended.throwIfAborted();
    const next = await askForNext(kiosk, api, ended);
    if (next !== null) return follow(next, kiosk, page);
  }
}

async function follow({ ticket, address }: Next, { kiosk, secret }: KioskLink, page: Page): Promise<PageLink> {
  if (address === null) return { ticket, returnUrl: null };
  kioskMemory.write(`${kiosk}.${secret}`);
  const body = new URLSearchParams({ ticket, language: page.language });
  await fetch(address, { method: 'POST', body }).catch(() => {});
  location.replace(address);
  return new Promise(() => {});
}

async function offerScan(address: string, page: Page, ended: AbortSignal): Promise<PageLink> {
  const Detector = globalThis.BarcodeDetector;
  for (;;) {
    const choice = await page.ask<'scan' | 'full-screen'>((words, choose) => ({
      screen: 'kiosk-idle',
      heading: words.kiosk.heading,
      body: [
        paragraph(words.kiosk.text, 'lead'),
        actions(
          Detector === undefined ? null : button('plain', words.kiosk.scan, () => choose('scan')),
          document.fullscreenEnabled && document.fullscreenElement === null
            ? button('faint', words.kiosk.fullScreen, () => choose('full-screen'))
            : null,
        ),
      ],
    }));
    // The browser may refuse full screen, which is ignored.
    if (choice === 'full-screen') await document.documentElement.requestFullscreen().catch(() => {});
    if (choice === 'full-screen' || Detector === undefined) continue;
    const link = await scan(new Detector({ formats: ['qr_code'] }), { address, page, ended });
    ended.throwIfAborted();
    if (link !== null) return link;
  }
}

async function scan(
  reader: BarcodeReader,
  { address, page, ended }: { readonly address: string; readonly page: Page; readonly ended: AbortSignal },
): Promise<PageLink | null> {
  checkCameraSupport();
  const camera = await openCamera(null);
  let isOver = false;
  const look = async (): Promise<PageLink | null> => {
    for (const until = performance.now() + scanAtMostMs; !isOver && !ended.aborted && performance.now() < until; ) {
      for (const { rawValue } of await reader.detect(camera.video)) {
        const link = parseScannedLink(rawValue, address);
        if (link !== null) return link;
      }
      await sleep(scanEveryMs);
    }
    return null;
  };
  try {
    const stage = el('div', { class: 'stage' }, camera.video);
    const back = page.ask<null>((words, choose) => ({
      screen: 'kiosk-scan',
      heading: words.kiosk.scanHeading,
      body: [paragraph(words.kiosk.scanText, 'lead'), stage, actions(button('quiet', words.back, () => choose(null)))],
    }));
    return await Promise.race([back, look(), camera.lost]);
  } finally {
    isOver = true;
    camera.stop();
  }
}

const keptKiosk = (): KioskLink | null => parseKioskLink(kioskMemory.read() ?? '');

export const isTabOfKiosk = (): boolean => keptKiosk() !== null;

export const readKiosk = (): KioskLink | null => parseKioskLink(location.hash) ?? keptKiosk();

/** Removes all of the user's data from the page by reloading it. */
export function clearKiosk(): void {
  const path = location.pathname.replace(/\/$/, '');
  if (path.endsWith('/kiosk')) location.reload();
  else location.replace(`${path}/kiosk`);
}

/** Clears the page after a minute without input or changes. */
export function clearWhenIdle(main: HTMLElement): void {
  let timer = setTimeout(clearKiosk, idleAfterMs);
  const again = (): void => {
    clearTimeout(timer);
    timer = setTimeout(clearKiosk, idleAfterMs);
  };
  for (const event of ['pointerdown', 'keydown', 'input'] as const) window.addEventListener(event, again);
  new MutationObserver(again).observe(main, { attributeFilter: ['data-screen', 'data-movement'] });
}
